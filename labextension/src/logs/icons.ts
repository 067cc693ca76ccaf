import { LabIcon } from '@jupyterlab/ui-components';

const icon = (name: string, path: string): LabIcon =>
  new LabIcon({
    name: `primehub-deploy-ext:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="24" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="${path}"/>
</svg>`
  });

/** A line that goes on in the next row. */
export const wrapIcon = icon(
  'wrap',
  'M4 5h16v2H4zm0 6h12.5a3.5 3.5 0 0 1 0 7H14v2.5L10 17l4-3.500V16h2.500a1.500 1.500 0 0 0 0-3H4zm0 6h4v2H4z'
);

/** A line drawn across others. */
export const markIcon = icon(
  'mark',
  'M4 4h16v2H4zm0 14h16v2H4zM2 11h14v2H2zm16-2.500L22 12l-4 3.500z'
);
