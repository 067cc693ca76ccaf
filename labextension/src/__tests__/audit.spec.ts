import { nullTranslator } from '@jupyterlab/translation';

import { actions, sentence } from '../admin/auditWords';
import type { AuditEntry } from '../api/contract';
import {
  AuditLog,
  IAuditFilter,
  NO_AUDIT_FILTER,
  narrowing,
  queryOf
} from '../model/auditLog';
import { auditEntry } from './fixtures';

const trans = nullTranslator.load('');

describe('in words', () => {
  test.each<[Partial<AuditEntry>, string]>([
    [{}, 'stopped deployment iris'],
    [{ outcome: 'refused' }, 'tried to stop deployment iris'],
    [{ outcome: 'failed' }, 'tried to stop deployment iris'],
    [{ action: 'createDeployment' }, 'deployed iris'],
    [{ action: 'updateGroup', target: 'lab' }, 'changed group lab'],
    [
      { action: 'listDeployments', target: '', outcome: 'refused' },
      'tried to list deployments'
    ],
    [{ action: 'paintDeployment' }, 'paint deployment iris']
  ])('%j', (entry, words) => {
    expect(sentence(auditEntry(entry), trans)).toBe(words);
  });

  test('every action that can be chosen has words of its own', () => {
    const titles = actions(trans).map(([, title]) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe('the query', () => {
  const now = Date.parse('2026-11-20T12:00:00Z');

  test.each<[Partial<IAuditFilter>, object, number]>([
    [{}, {}, 0],
    [{ user: ' ada ' }, { user: 'ada' }, 1],
    [{ outcome: 'refused' }, { outcome: 'refused' }, 1],
    [{ period: 'hour' }, { since: '2026-11-20T11:00:00.000Z' }, 1],
    [
      { period: 'custom', from: '2026-11-01T00:00Z', to: 'half' },
      { since: '2026-11-01T00:00:00.000Z', until: undefined },
      1
    ]
  ])('of %j', (filter, expected, count) => {
    const whole = { ...NO_AUDIT_FILTER, ...filter };
    expect(queryOf(whole, now)).toMatchObject(expected);
    expect(narrowing(whole)).toBe(count);
  });
});

describe('page by page', () => {
  const entries = Array.from({ length: 250 }, (_, n) =>
    auditEntry({ number: 250 - n })
  );
  let newer = 0;
  let down = false;
  const log = () =>
    new AuditLog(async (limit, token) => {
      if (down) {
        throw new Error('down');
      }
      const start = Number(token ?? 0);
      const end = start + limit;
      return {
        items: entries.slice(start, end),
        total: entries.length + newer,
        continue_token: end < entries.length ? String(end) : null
      };
    });

  beforeEach(() => {
    newer = 0;
    down = false;
  });

  test('older entries follow, until there are no more', async () => {
    const one = log();
    await one.reload();
    expect(one.getState()).toMatchObject({ total: 250, more: true });
    await one.loadMore();
    await one.loadMore();
    await one.loadMore();
    const state = one.getState();
    expect(state.more).toBe(false);
    expect(state.entries.map(entry => entry.number)).toEqual(
      entries.map(entry => entry.number)
    );
  });

  test('what is new is counted, and shown when asked for', async () => {
    const one = log();
    await one.reload();
    newer = 3;
    await one.look();
    expect(one.getState()).toMatchObject({ news: 3, total: 250 });
    await one.reload();
    expect(one.getState()).toMatchObject({ news: 0, total: 253 });
  });

  test('a page that fails leaves what is there, and can be asked for again', async () => {
    const one = log();
    await one.reload();
    down = true;
    await one.loadMore();
    expect(one.getState().problem?.message).toBe('down');
    expect(one.getState().entries).toHaveLength(100);
    down = false;
    await one.loadMore();
    expect(one.getState()).toMatchObject({ problem: null });
    expect(one.getState().entries).toHaveLength(200);
  });
});
