import { LabIcon } from '@jupyterlab/ui-components';

/** The product's icon: a model (a node) from which an endpoint goes up. */
export const deploymentsIcon = new LabIcon({
  name: 'primehub-deploy-ext:deployments',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="24" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M12 2 21 7v10l-9 5-9-5V7zm0 2.3L6.1 7.6 12 10.9l5.9-3.3zM5 9.3v6.5l6 3.3v-6.5zm14 0-6 3.3v6.5l6-3.3z"/>
</svg>`
});
