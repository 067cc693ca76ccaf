import '../../style/logs.css';

import React, {
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore
} from 'react';

import { saveFile } from '../admin/saveFile';
import { useDeployments, useResource } from '../model/binding';
import { CopyContext } from '../ui/CopyButton';
import { useNavigation } from '../ui/navigation';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { LogEmpty } from './LogEmpty';
import { LogFilters } from './LogFilters';
import { LogList } from './LogList';
import { LogSearch } from './LogSearch';
import { LogStatus, LostBanner } from './LogStatus';
import { expectLine, placeOfLine, takeExpected } from './links';
import { parkLog, takeLog } from './memory';
import { ILineReference, readLine } from './reference';
import { selects } from './settings';
import type { ILine } from './store';
import { useLogKeys } from './useLogKeys';

/** Narrower than this a line of a log has some forty characters (px). */
const NARROW = 420;

export interface ILogsProps {
  /** Of the deployment. */
  id: string;
  /** Whether a person can see it: only then lines are asked for. */
  active: boolean;
  /** The line to open at, of a link. */
  line?: string;
}

/** What the replicas of a deployment print, as they print it. */
export function Logs({ id, active, line }: ILogsProps): JSX.Element {
  const trans = useTranslation();
  const { client, store, details, report, linkTo } = useSession();
  const copy = useContext(CopyContext);
  const { go } = useNavigation();
  const model = useMemo(() => takeLog(client, id), [client, id]);
  const state = useSyncExternalStore(model.subscribe, model.getState);
  const { deployments } = useDeployments(store, active);
  const deployment = deployments.find(item => item.id === id) ?? null;
  const replicas = useResource(details(id).replicas, active).value;
  const [said, setSaid] = useState('');
  const [saving, setSaving] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const visible = useVisible();

  // Where a line would hardly begin, it is broken, unless the reader wants it otherwise.
  useLayoutEffect(() => {
    const width = root.current?.getBoundingClientRect().width ?? 0;
    if (width > 0 && width < NARROW) {
      model.startWith({ wrap: true });
    }
  }, [model]);
  useEffect(() => () => parkLog(client, model), [client, model]);
  useEffect(() => model.watch(active && visible), [model, active, visible]);

  const open = useCallback(
    async (reference: ILineReference) => {
      if (reference.id !== id) {
        expectLine(reference);
        go({ view: 'deployment', id: reference.id, tab: 'logs' });
        return;
      }
      const found = await model.open(reference);
      setSaid(
        found
          ? trans.__('The line of the link is chosen.')
          : trans.__('The line of the link is no longer kept.')
      );
    },
    [id, model, go, trans]
  );
  useEffect(() => {
    const reference = active ? takeExpected(id) : null;
    if (reference) {
      void open(reference);
    }
  }, [id, active, open]);
  useEffect(() => {
    if (!active || !line) {
      return;
    }
    // The link has led where it leads: to follow it once more leads there again.
    go({ view: 'deployment', id, tab: 'logs' });
    const reference = readLine(id, line);
    if (reference) {
      void open(reference);
    }
  }, [id, active, line, open, go]);

  const link = useCallback(
    (line: ILine) => {
      model.choose(line.number);
      copy(linkTo(placeOfLine(id, line)));
      setSaid(trans.__('Link to the line copied.'));
    },
    [model, copy, linkTo, id, trans]
  );
  const download = async () => {
    setSaving(true);
    try {
      const file = await client.logFile(id, {
        ...selects(state.settings),
        timestamps: true
      });
      saveFile(file, `${id}-${new Date().toISOString().slice(0, 19)}.log`);
    } catch (problem) {
      report(problem);
    } finally {
      setSaving(false);
    }
  };
  const onKeyDown = useLogKeys({ model, scroller, input, onLink: link });
  const { news } = model;
  const empty = model.rows.numbers.length === 0;
  const toEnd = () => {
    model.follow(true);
    scroller.current?.focus();
  };
  return (
    <div className="pd-Logs" ref={root} onKeyDown={onKeyDown}>
      <div className="pd-LogTools">
        <LogSearch
          model={model}
          state={state}
          input={input}
          onReference={reference => void open(reference)}
          onLeave={() => scroller.current?.focus()}
        />
        <LogFilters
          model={model}
          state={state}
          replicas={(replicas ?? []).map(({ name }) => name)}
          saving={saving}
          onDownload={() => void download()}
        />
      </div>
      {state.following === 'lost' && model.store.size > 0 && (
        <LostBanner model={model} state={state} active={active} />
      )}
      <div className="pd-LogBody">
        {empty ? (
          <LogEmpty
            model={model}
            state={state}
            deployment={deployment}
            replicas={replicas}
            active={active}
          />
        ) : (
          <LogList
            key={id}
            model={model}
            state={state}
            scroller={scroller}
            active={active}
            onLink={link}
            onDownload={() => void download()}
          />
        )}
        {state.pausedAt !== null && !empty && (
          <button type="button" className="pd-LogNews" onClick={toEnd}>
            {news > 0
              ? trans._n('%1 new line ↓', '%1 new lines ↓', news)
              : trans.__('To the end ↓')}
          </button>
        )}
      </div>
      <LogStatus
        model={model}
        state={state}
        deployment={deployment}
        active={active}
        onLink={link}
      />
      <span role="status" className="pd-visuallyHidden">
        {said}
      </span>
    </div>
  );
}

/** Whether the page can be seen: nobody reads lines in one that can't. */
function useVisible(): boolean {
  const [visible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return visible;
}
