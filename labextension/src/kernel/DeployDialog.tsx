import '../../style/models.css';

import React, { useEffect, useId, useRef, useState } from 'react';

import type { Model } from '../api/contract';
import { Modal } from '../ui/dialogs';
import { useTranslation } from '../ui/translation';
import { ILiveModel, IModelsOfKernel, KernelObstacle } from './ask';
import { ModelChoice } from './ModelChoice';
import { ObstacleText } from './ObstacleText';

/** A variable, stored as a model that can be deployed. */
export interface IChosenModel {
  readonly variable: string;
  readonly model: Model;
}

export interface IDeployDialogProps {
  kernel: IModelsOfKernel;
  /** Null: nothing is to be deployed; `form`: an empty form is wanted. */
  onAnswer: (answer: IChosenModel | 'form' | null) => void;
}

type Step =
  | { readonly at: 'looking' }
  | { readonly at: 'choice'; readonly models: readonly ILiveModel[] }
  | { readonly at: 'storing'; readonly models: readonly ILiveModel[] }
  | { readonly at: 'obstacle'; readonly problem: KernelObstacle };

/** Offers the models of a running kernel. */
export function DeployDialog({
  kernel,
  onAnswer
}: IDeployDialogProps): JSX.Element {
  const trans = useTranslation();
  const [step, setStep] = useState<Step>({ at: 'looking' });
  const [round, setRound] = useState(0);
  const [problem, setProblem] = useState('');
  const ending = useRef(new AbortController());
  const content = useRef<HTMLDivElement>(null);
  // What had the focus goes with its step.
  useEffect(
    () => content.current?.querySelector<HTMLElement>('[data-first]')?.focus(),
    [step.at]
  );
  useEffect(() => {
    const abort = new AbortController();
    ending.current = abort;
    kernel.find(abort.signal).then(
      models => !abort.signal.aborted && setStep({ at: 'choice', models }),
      (error: unknown) =>
        !abort.signal.aborted &&
        setStep({ at: 'obstacle', problem: obstacleOf(error) })
    );
    return () => abort.abort();
  }, [kernel, round]);

  const again = () => {
    setStep({ at: 'looking' });
    setRound(round + 1);
  };

  const store = async (name: string, example: string | null) => {
    const { signal } = ending.current;
    setProblem('');
    setStep(before => ({
      at: 'storing',
      models: 'models' in before ? before.models : []
    }));
    try {
      const model = await kernel.store(name, example, signal);
      if (!signal.aborted) {
        onAnswer({ variable: name, model });
      }
    } catch (error) {
      if (!signal.aborted) {
        // What is wrong with one model says nothing of the others.
        setProblem(
          obstacleOf(error).message || trans.__('The kernel gave no answer.')
        );
        setStep(before => ({
          at: 'choice',
          models: 'models' in before ? before.models : []
        }));
      }
    }
  };

  return (
    <Modal
      title={trans.__('Deploy a model of this notebook')}
      onCancel={() => onAnswer(null)}
    >
      <div ref={content}>
        {step.at === 'looking' ? (
          <Looking busy={kernel.busy} onCancel={() => onAnswer(null)} />
        ) : step.at === 'obstacle' ? (
          <ObstacleText
            problem={step.problem}
            onAgain={again}
            onForm={() => onAnswer('form')}
            onCancel={() => onAnswer(null)}
          />
        ) : (
          <ModelChoice
            models={step.models}
            storing={step.at === 'storing'}
            problem={problem}
            onChoose={(name, example) => void store(name, example)}
            onAgain={again}
            onForm={() => onAnswer('form')}
            onCancel={() => onAnswer(null)}
          />
        )}
      </div>
    </Modal>
  );
}

function Looking({
  busy,
  onCancel
}: {
  busy: boolean;
  onCancel: () => void;
}): JSX.Element {
  const trans = useTranslation();
  const hint = useId();
  return (
    <>
      <p id={hint} role="status">
        {busy
          ? trans.__(
              'The kernel is busy. Its models are looked through as soon as the running cell is done; to look earlier, interrupt it.'
            )
          : trans.__('Looking through the variables of the kernel…')}
      </p>
      <div className="pd-Modal-actions">
        <button
          type="button"
          className="pd-Button"
          data-first
          aria-describedby={hint}
          onClick={onCancel}
        >
          {trans.__('Cancel')}
        </button>
      </div>
    </>
  );
}

function obstacleOf(error: unknown): KernelObstacle {
  return error instanceof KernelObstacle
    ? error
    : new KernelObstacle(
        'failed',
        error instanceof Error ? error.message : String(error)
      );
}
