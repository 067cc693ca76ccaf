import type { IDeployments } from '../tokens';
import type { IStage } from './StageView';

/**
 * What shows the dialogs of commands; made when the first one needs it.
 *
 * @returns Gives what is there now; dialogs, and what is under way, are shared by all commands.
 */
export function stageOf(session: IDeployments): () => Promise<IStage> {
  let stage: IStage | undefined;
  let starting: Promise<void> | undefined;
  return async () => {
    starting ??= start(session, now => (stage = now));
    await starting;
    return stage!;
  };
}

async function start(
  session: IDeployments,
  onStage: (stage: IStage) => void
): Promise<void> {
  const [{ createElement }, { createRoot }, { Stage }] = await Promise.all([
    import('react'),
    import('react-dom/client'),
    import('./StageView')
  ]);
  const host = document.createElement('div');
  host.className = 'pd-App pd-mod-stage';
  document.body.append(host);
  await new Promise<void>(resolve => {
    const onReady = (stage: IStage) => {
      onStage(stage);
      resolve();
    };
    createRoot(host).render(createElement(Stage, { session, onReady }));
  });
}
