import React, { useId, useState } from 'react';

import { Snippet } from '../ui/CopyButton';
import { useTranslation } from '../ui/translation';
import type { ILiveModel } from './ask';
import { IWaysOut, WaysOut } from './WaysOut';

/** Beyond so many, columns are counted instead of listed. */
const LISTED = 6;

export interface IModelChoiceProps extends IWaysOut {
  models: readonly ILiveModel[];
  storing: boolean;
  /** What was wrong with the one that was chosen last. */
  problem: string;
  onChoose: (name: string, example: string | null) => void;
}

/** The models found, one to be chosen, and the data that is its example. */
export function ModelChoice(props: IModelChoiceProps): JSX.Element {
  const { models, storing, problem } = props;
  const trans = useTranslation();
  const [chosen, setChosen] = useState(models[0]?.name ?? '');
  const [examples, setExamples] = useState<Readonly<Record<string, string>>>(
    {}
  );
  const model = models.find(({ name }) => name === chosen);
  const example = examples[chosen] ?? model?.examples[0] ?? '';
  if (models.length === 0) {
    return <NoModels {...props} />;
  }
  return (
    <form
      className="pd-Models"
      onSubmit={event => {
        event.preventDefault();
        if (!storing && model) {
          props.onChoose(model.name, example || null);
        }
      }}
    >
      <fieldset className="pd-Models-list">
        <legend>{trans.__('Models in the variables of the kernel')}</legend>
        {models.map(one => (
          <Choice
            key={one.name}
            model={one}
            checked={one.name === chosen}
            first={one.name === models[0]?.name}
            onCheck={() => setChosen(one.name)}
          />
        ))}
      </fieldset>
      {model && (
        <ExampleField
          model={model}
          value={example}
          onChange={value => setExamples({ ...examples, [chosen]: value })}
        />
      )}
      {problem && (
        <p className="pd-Models-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="pd-Modal-actions">
        <span className="pd-Models-state" role="status">
          {storing && trans.__('Trying and storing the model…')}
        </span>
        <button type="button" className="pd-Button" onClick={props.onCancel}>
          {trans.__('Cancel')}
        </button>
        <button
          type="submit"
          className="pd-Button pd-mod-primary"
          aria-busy={storing}
        >
          {trans.__('Continue…')}
        </button>
      </div>
    </form>
  );
}

function Choice({
  model,
  checked,
  first,
  onCheck
}: {
  model: ILiveModel;
  checked: boolean;
  first: boolean;
  onCheck: () => void;
}): JSX.Element {
  const trans = useTranslation();
  const described = useId();
  const columns =
    model.features.length > LISTED || model.features.length === 0
      ? model.feature_count !== null &&
        trans._n('%1 column', '%1 columns', model.feature_count)
      : model.features.join(', ');
  return (
    <label className={`pd-Models-item${checked ? ' pd-mod-selected' : ''}`}>
      <input
        type="radio"
        name="model"
        data-first={first ? true : undefined}
        checked={checked}
        aria-describedby={described}
        onChange={onCheck}
      />
      <span className="pd-Models-name">
        {[model.name, ...model.aliases].join(' = ')}
      </span>
      <span className="pd-Models-facts" id={described}>
        <code>{model.class_name}</code>
        {model.fitted === true && <span>{trans.__('fitted')}</span>}
        {model.fitted === false && (
          <span className="pd-mod-warn">{trans.__('not fitted yet')}</span>
        )}
        {columns && (
          <span title={model.features.join(', ') || undefined}>{columns}</span>
        )}
      </span>
    </label>
  );
}

function ExampleField({
  model,
  value,
  onChange
}: {
  model: ILiveModel;
  value: string;
  onChange: (value: string) => void;
}): JSX.Element {
  const trans = useTranslation();
  const field = useId();
  const hint = useId();
  const derived = model.adapter === 'sklearn';
  return (
    <div className="pd-Field">
      <label htmlFor={field}>{trans.__('Example data')}</label>
      <select
        id={field}
        value={value}
        aria-describedby={hint}
        onChange={event => onChange(event.target.value)}
      >
        {model.examples.map(name => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
        <option value="">
          {derived ? trans.__('none: a row of zeros') : trans.__('none')}
        </option>
      </select>
      <p className="pd-Field-hint" id={hint}>
        {model.examples.length > 0
          ? trans.__(
              'Its first rows are kept with the model: each replica must predict them before it serves. Types and ranges come from all of it.'
            )
          : trans.__(
              'No variable holds data of the shape that this model takes. With one, types, ranges and an example would be known.'
            )}
      </p>
    </div>
  );
}

function NoModels(props: IModelChoiceProps): JSX.Element {
  const trans = useTranslation();
  return (
    <>
      <p role="alert">
        {trans.__(
          'No variable of the kernel holds a model. Run the cells that train one, and look again. Objects with predict() and functions of this notebook are models too:'
        )}
      </p>
      <Snippet code={'def predict(rows):\n    return model(rows)'} />
      <WaysOut {...props} />
    </>
  );
}
