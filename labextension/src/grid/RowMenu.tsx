import React from 'react';

import type { Deployment } from '../api/contract';
import { IMenuItem, MenuButton } from '../ui/Menu';
import { MoreGlyph } from '../ui/glyphs';
import { useTranslation } from '../ui/translation';
import type { IRowActions } from './rowActions';

/** Everything that can be done with one deployment. */
export function RowMenu({
  deployment,
  actions,
  busy
}: {
  deployment: Deployment;
  actions: IRowActions;
  busy: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const { stopped } = deployment.spec;
  const items = (): IMenuItem[] => {
    const item = (
      label: string,
      onChoose: (deployment: Deployment) => void,
      more: Partial<IMenuItem> = {}
    ): IMenuItem => ({ label, onChoose: () => onChoose(deployment), ...more });
    const { open, openTab, logs, metrics } = actions;
    const elsewhere = Boolean(deployment.managed_by);
    const change = elsewhere ? null : actions.change;
    return [
      item(trans.__('Open'), open),
      item(trans.__('Open in a tab'), openTab),
      item(trans.__('Logs'), logs),
      ...(metrics ? [item(trans.__('Metrics'), metrics)] : []),
      ...(change
        ? [
            item(trans.__('Update…'), change.update, { apart: true }),
            stopped
              ? item(trans.__('Start…'), change.start)
              : item(trans.__('Stop…'), change.stop),
            ...(stopped ? [] : [item(trans.__('Restart…'), change.restart)]),
            item(trans.__('Scale…'), change.scale),
            item(trans.__('Clone…'), change.clone)
          ]
        : []),
      ...(elsewhere && actions.change
        ? [item(trans.__('Clone…'), actions.change.clone, { apart: true })]
        : []),
      item(trans.__('Copy endpoint'), actions.copyEndpoint, { apart: true }),
      item(trans.__('Copy curl command'), actions.copyCurl),
      item(trans.__('Copy link'), actions.copyLink),
      ...(change
        ? [
            item(trans.__('Delete…'), change.remove, {
              apart: true,
              danger: true
            })
          ]
        : [])
    ];
  };
  return (
    <MenuButton
      label={trans.__('Actions for %1', deployment.name)}
      icon={<MoreGlyph />}
      items={items}
      busy={busy}
    />
  );
}
