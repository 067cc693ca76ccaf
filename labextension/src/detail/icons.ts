import { LabIcon } from '@jupyterlab/ui-components';

/** A bolt: ends at once. */
export const killIcon = new LabIcon({
  name: 'primehub-deploy-ext:kill',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16"><path class="jp-icon3" fill="#616161" d="M9.500 1 3 9h4l-1 6 6.500-8h-4z"/></svg>'
});
