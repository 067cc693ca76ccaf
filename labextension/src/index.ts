import { administrationPlugin } from './plugins/administration';
import { commandsPlugin } from './plugins/commands';
import { panelPlugin } from './plugins/panel';
import { storePlugin } from './plugins/store';
import { widgetPlugin } from './plugins/widget';

export { IDeployments } from './tokens';

export default [
  storePlugin,
  panelPlugin,
  administrationPlugin,
  widgetPlugin,
  commandsPlugin
];
