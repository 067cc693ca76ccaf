import '../../style/views.css';
import React, { useEffect } from 'react';

import { HOME } from '../model/place';
import type { IDeployments } from '../tokens';
import { IDeploymentControls, useDeploymentControls } from '../ui/actions';
import { CopyContext } from '../ui/CopyButton';
import { Ask, AskProvider, useAsk } from '../ui/dialogs';
import { NavigationProvider } from '../ui/navigation';
import { SessionProvider } from '../ui/session';
import { TranslatorContext } from '../ui/translation';

/** What commands, which have no view, do with dialogs. */
export interface IStage {
  readonly ask: Ask;
  readonly controls: IDeploymentControls;
}

export interface IStageProps {
  session: IDeployments;
  onReady: (stage: IStage) => void;
}

/** Where the dialogs of commands appear: the same as those of the views. */
export function Stage({ session, onReady }: IStageProps): JSX.Element {
  return (
    <TranslatorContext.Provider value={session.translator}>
      <SessionProvider value={session}>
        <CopyContext.Provider value={session.copy}>
          <NavigationProvider place={HOME} onPlace={session.openTab}>
            <AskProvider>
              <Means onReady={onReady} />
            </AskProvider>
          </NavigationProvider>
        </CopyContext.Provider>
      </SessionProvider>
    </TranslatorContext.Provider>
  );
}

function Means({ onReady }: Pick<IStageProps, 'onReady'>): null {
  const ask = useAsk();
  const controls = useDeploymentControls();
  useEffect(() => onReady({ ask, controls }), [ask, controls, onReady]);
  return null;
}
