import { commandsPlugin } from './plugins/commands';
import { linksPlugin } from './plugins/links';
import { panelPlugin } from './plugins/panel';
import { storePlugin } from './plugins/store';
import { tabsPlugin } from './plugins/tabs';
import { widgetPlugin } from './plugins/widget';

export { IDeployments } from './tokens';

export default [
  storePlugin,
  panelPlugin,
  tabsPlugin,
  linksPlugin,
  widgetPlugin,
  commandsPlugin
];
