import { clearIcon, downloadIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { useTranslation } from '../ui/translation';
import { markIcon, wrapIcon } from './icons';
import { LEVELS, Level } from './levels';
import type { ILogState, LogModel } from './model';
import { byNumbers } from './store';
import { SINCE, Since, TIMESTAMPS, Timestamps } from './times';
import { Toggle } from './Toggle';

export interface ILogFiltersProps {
  model: LogModel;
  state: ILogState;
  /** Names of the replicas that there are now. */
  replicas: readonly string[];
  saving: boolean;
  onDownload: () => void;
}

/** Which lines, and how they are shown. */
export function LogFilters(props: ILogFiltersProps): JSX.Element {
  const { model, state, replicas, saving, onDownload } = props;
  const trans = useTranslation();
  const { settings } = state;
  const { containers } = model.store;
  const names = [
    ...new Set([
      ...replicas,
      ...model.store.replicas,
      ...(settings.replica ? [settings.replica] : [])
    ])
  ].sort(byNumbers);
  return (
    <div className="pd-LogFilters">
      <select
        className="pd-Select"
        aria-label={trans.__('Replicas')}
        value={`${settings.previous ? '-' : '+'}${settings.replica}`}
        onChange={({ target: { value } }) =>
          model.set({
            previous: value.startsWith('-'),
            replica: value.slice(1)
          })
        }
      >
        <option value="+">{trans.__('All replicas')}</option>
        {names.map(name => (
          <option key={name} value={`+${name}`}>
            {trans.__('Replica %1', name)}
          </option>
        ))}
        <optgroup label={trans.__('Previous attempts')}>
          <option value="-">{trans.__('All, previous attempt')}</option>
          {names.map(name => (
            <option key={name} value={`-${name}`}>
              {trans.__('%1, previous attempt', name)}
            </option>
          ))}
        </optgroup>
      </select>
      {containers.length > 1 && (
        <select
          className="pd-Select"
          aria-label={trans.__('Container')}
          value={settings.container}
          onChange={({ target: { value } }) => model.set({ container: value })}
        >
          <option value="">{trans.__('All containers')}</option>
          {containers.map(name => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
      <select
        className="pd-Select"
        aria-label={trans.__('Level')}
        value={settings.threshold ?? ''}
        onChange={({ target: { value } }) =>
          model.set({ threshold: (value || null) as Level | null })
        }
      >
        <option value="">{trans.__('All levels')}</option>
        {LEVELS.slice(1).map(level => (
          <option key={level} value={level}>
            {levelName(level, trans)}
          </option>
        ))}
      </select>
      <select
        className="pd-Select"
        aria-label={trans.__('Since')}
        value={settings.since ?? ''}
        onChange={({ target: { value } }) =>
          model.set({ since: (value ? Number(value) : null) as Since })
        }
      >
        {SINCE.map(since => (
          <option key={since} value={since ?? ''}>
            {sinceName(since, trans)}
          </option>
        ))}
      </select>
      <select
        className="pd-Select"
        aria-label={trans.__('Timestamps')}
        value={settings.timestamps}
        onChange={({ target: { value } }) =>
          model.set({ timestamps: value as Timestamps })
        }
      >
        {TIMESTAMPS.map(style => (
          <option key={style} value={style}>
            {timestampsName(style, trans)}
          </option>
        ))}
      </select>
      <span className="pd-IconButtons">
        <Toggle
          icon={wrapIcon}
          label={trans.__('Wrap long lines (w)')}
          pressed={settings.wrap}
          onPress={() => model.set({ wrap: !settings.wrap })}
        />
        <Toggle
          icon={markIcon}
          label={trans.__('Draw a line here (m)')}
          onPress={() => model.mark()}
        />
        <Toggle
          icon={clearIcon}
          label={trans.__('Clear what is shown')}
          onPress={() => model.clear()}
        />
        <Toggle
          icon={downloadIcon}
          label={trans.__('Download the whole log')}
          disabled={saving}
          busy={saving}
          onPress={onDownload}
        />
      </span>
    </div>
  );
}

function levelName(level: Level, trans: TranslationBundle): string {
  switch (level) {
    case 'debug':
      return trans.__('Debug and above');
    case 'info':
      return trans.__('Without debug');
    case 'warning':
      return trans.__('Warnings and errors');
    case 'error':
      return trans.__('Errors');
  }
}

export function sinceName(since: Since, trans: TranslationBundle): string {
  switch (since) {
    case 60:
      return trans.__('Last minute');
    case 300:
      return trans.__('Last 5 minutes');
    case 900:
      return trans.__('Last 15 minutes');
    case 3600:
      return trans.__('Last hour');
    case null:
      return trans.__('From the beginning');
  }
}

function timestampsName(style: Timestamps, trans: TranslationBundle): string {
  switch (style) {
    case 'off':
      return trans.__('No times');
    case 'local':
      return trans.__('Local time');
    case 'utc':
      return trans.__('UTC');
    case 'relative':
      return trans.__('Time ago');
  }
}
