import { actionCommandsPlugin } from './plugins/actionCommands';
import { backgroundPlugin } from './plugins/background';
import { cardPlugin } from './plugins/card';
import { commandsPlugin } from './plugins/commands';
import { deployCommandsPlugin } from './plugins/deployCommands';
import { linksPlugin } from './plugins/links';
import { alertsPlugin } from './plugins/alerts';
import { notificationsPlugin } from './plugins/notifications';
import { panelPlugin } from './plugins/panel';
import { runningPlugin } from './plugins/running';
import { statusBarPlugin } from './plugins/statusBar';
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
  cardPlugin,
  commandsPlugin,
  actionCommandsPlugin,
  deployCommandsPlugin,
  backgroundPlugin,
  notificationsPlugin,
  alertsPlugin,
  statusBarPlugin,
  runningPlugin
];
