import React, { useCallback } from 'react';

import { Confirm, useAsk } from '../ui/dialogs';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { INamed, RunningList } from './RunningList';

export interface IDeletion<T> {
  title: (item: T) => string;
  /** What is lost, and what isn't. */
  words: string;
  /** The deployments that use it: then its name has to be typed. */
  users: (item: T) => readonly INamed[];
  send: (item: T) => Promise<void>;
  refresh: () => Promise<void>;
}

/** Delete something after asking; tells whether it is gone. */
export function useDeletion<T extends { name: string }>(
  deletion: IDeletion<T>
): (item: T) => Promise<boolean> {
  const { title, words, users, send, refresh } = deletion;
  const { report } = useSession();
  const ask = useAsk();
  return useCallback(
    async item => {
      const used = users(item);
      const confirmed = await ask<boolean>(answer => (
        <Deletion
          title={title(item)}
          name={item.name}
          words={words}
          used={used}
          onAnswer={answer}
        />
      ));
      if (!confirmed) {
        return false;
      }
      try {
        await send(item);
        return true;
      } catch (problem) {
        report(problem);
        return false;
      } finally {
        await refresh();
      }
    },
    [ask, report, title, words, users, send, refresh]
  );
}

function Deletion({
  title,
  name,
  words,
  used,
  onAnswer
}: {
  title: string;
  name: string;
  words: string;
  used: readonly INamed[];
  onAnswer: (confirmed: boolean) => void;
}): JSX.Element {
  const trans = useTranslation();
  return (
    <Confirm
      title={title}
      action={trans.__('Delete')}
      typed={used.length > 0 ? name : undefined}
      danger
      onAnswer={onAnswer}
    >
      {used.length > 0 && (
        <>
          <p>
            {trans._n(
              '%1 deployment uses it:',
              '%1 deployments use it:',
              used.length
            )}
          </p>
          <RunningList deployments={used} />
        </>
      )}
      <p>{words}</p>
    </Confirm>
  );
}
