import { Notification } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import type { Deployment } from '../api/contract';
import type { Place } from '../model/place';
import type { DeploymentStore } from '../model/store';
import { DOMAIN } from '../ui/translation';
import { onceShown } from './toasts';

/** Notifications cut what is longer. */
const LONGEST = 140;
/** How long good news stay (ms). */
const GOOD_NEWS = 10_000;

/** Failures that stand on the screen, by deployment: whoever changes it again has read them. */
const failures = new Map<string, string>();

export interface IFollowing {
  readonly store: DeploymentStore;
  readonly translator: ITranslator;
  readonly openTab: (place: Place) => void;
}

/** What became of one revision of a deployment. */
export type Fate =
  | { readonly kind: 'under way' }
  | { readonly kind: 'serves' }
  /** `old`: another revision goes on serving. */
  | { readonly kind: 'failed'; readonly why: string; readonly old: boolean }
  /** Deleted, stopped, or changed again by somebody: there is nothing more to wait for. */
  | { readonly kind: 'over' };

/**
 * What became of a revision.
 *
 * @param found - The deployment now; undefined: it is gone.
 */
export function fateOf(found: Deployment | undefined, revision: number): Fate {
  if (!found || found.revision > revision) {
    return { kind: 'over' };
  }
  const { phase, message, update } = found.status;
  if (found.revision < revision) {
    return { kind: 'under way' };
  }
  if (update && update.revision === revision && update.outcome === 'failed') {
    return { kind: 'failed', why: update.message, old: true };
  }
  switch (phase) {
    case 'Failed':
      return { kind: 'failed', why: message, old: false };
    case 'Deployed':
      return { kind: 'serves' };
    case 'Stopped':
      return { kind: 'over' };
    case 'Deploying':
      return { kind: 'under way' };
  }
}

/**
 * Tell what becomes of a change of a deployment in a notification that leads to it: under way, then good or bad.
 *
 * @param deployment - As the server answered to the change.
 * @returns Stops following.
 */
export function follow(
  { store, translator, openTab }: IFollowing,
  deployment: Deployment,
  change?: 'rollback'
): () => void {
  const trans = translator.load(DOMAIN);
  const { id, name, revision } = deployment;
  const words = wordsOf(
    name,
    change ?? (revision === 1 ? 'creation' : 'update'),
    trans
  );
  const open = (tab?: 'history') => ({
    label: trans.__('Open'),
    caption: trans.__('Open the deployment %1', name),
    callback: () => openTab({ view: 'deployment', id, ...(tab && { tab }) })
  });
  const before = failures.get(id);
  if (before !== undefined) {
    failures.delete(id);
    Notification.dismiss(before);
  }
  let notification: string | null = null;
  /** Say how it is, in the one notification that there is of it. */
  const say = (
    type: 'in-progress' | 'success' | 'error',
    message: string,
    options: { autoClose: number | false; actions: Notification.IAction[] }
  ) => {
    if (notification === null) {
      notification = Notification.emit(message, type, options);
      return;
    }
    const id = notification;
    onceShown(id, () => Notification.update({ id, type, message, ...options }));
  };

  const settle = (fate: Fate): boolean => {
    switch (fate.kind) {
      case 'under way':
        return false;
      case 'over':
        if (notification !== null) {
          const id = notification;
          onceShown(id, () => Notification.dismiss(id));
        }
        return true;
      case 'serves':
        say('success', words.done, { autoClose: GOOD_NEWS, actions: [open()] });
        return true;
      case 'failed':
        say(
          'error',
          shortened(
            fate.old
              ? trans.__(
                  '%1, revision %2 goes on serving: %3',
                  words.failed,
                  deployment.serving_revision ?? revision - 1,
                  fate.why
                )
              : trans.__('%1 failed: %2', name, fate.why)
          ),
          { autoClose: false, actions: [open('history')] }
        );
        failures.set(id, notification!);
        return true;
    }
  };

  let over = false;
  // The store may not know the deployment yet: only what was seen can be gone.
  let seen = false;
  const look = () => {
    const { deployments, connection } = store.getState();
    const found = deployments.find(one => one.id === id);
    seen ||= found !== undefined;
    if (!over && seen && connection === 'live') {
      over = settle(fateOf(found, revision));
      if (over) {
        stop();
      }
    }
  };
  const unsubscribe = store.subscribe(() => look());
  const stop = () => {
    over = true;
    unsubscribe();
  };
  look();
  if (!over) {
    say('in-progress', words.doing, { autoClose: false, actions: [open()] });
  }
  return stop;
}

/** What a change is called on its way and at its end. */
function wordsOf(
  name: string,
  change: 'creation' | 'update' | 'rollback',
  trans: TranslationBundle
): { doing: string; done: string; failed: string } {
  switch (change) {
    case 'creation':
      return {
        doing: trans.__('%1 is deploying', name),
        done: trans.__('%1 is deployed', name),
        failed: trans.__('%1 failed', name)
      };
    case 'update':
      return {
        doing: trans.__('The update of %1 is deploying', name),
        done: trans.__('The update of %1 is deployed', name),
        failed: trans.__('The update of %1 failed', name)
      };
    case 'rollback':
      return {
        doing: trans.__('%1 is being rolled back', name),
        done: trans.__('%1 is rolled back', name),
        failed: trans.__('The rollback of %1 failed', name)
      };
  }
}

function shortened(message: string): string {
  return message.length <= LONGEST
    ? message
    : `${message.slice(0, LONGEST - 1)}…`;
}
