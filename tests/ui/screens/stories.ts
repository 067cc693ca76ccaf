import {
  DETAILS,
  ROLLING,
  model,
  revision,
  rolling,
  serving,
  spec
} from '../tests/details';
import { measured } from '../tests/measured';
import { ago, gallery } from '../tests/scripted';

/** A deployment with a past that is worth looking at. */
export const iris = () => serving('private');

export const PAST = () => [
  revision(4, {
    action: 'rollback',
    rollback_to: 2,
    changes: ['model', 'replicas'],
    update_message: 'callers complained'
  }),
  revision(3, {
    user: 'grace',
    changes: ['model', 'replicas'],
    update_message: 'boosted trees, with everything the last quarter taught',
    spec: {
      ...spec,
      replicas: 4,
      model: {
        ...model,
        artifact: '7c'.repeat(32),
        size: 61_007_112,
        class_name: 'xgboost.sklearn.XGBClassifier',
        packages: { sklearn: '1.8.0', numpy: '2.3.4', xgboost: '3.0.2' }
      }
    },
    outcome: 'failed',
    reason: 'ModelLoadFailed',
    message: "ModuleNotFoundError: No module named 'xgboost'",
    log_tail: [
      'loading iris classifier',
      'Traceback (most recent call last):',
      '  File "/opt/conda/lib/python3.13/site-packages/irises/model.py", line 12, in <module>',
      "ModuleNotFoundError: No module named 'xgboost'"
    ]
  }),
  revision(2, {
    changes: ['metadata', 'description'],
    update_message: 'says whose it is'
  }),
  revision(1, { spec: { ...spec, replicas: 1, metadata: {}, description: '' } })
];

export const details = () => ({
  iris: {
    ...DETAILS(),
    revisions: PAST(),
    metrics: { '15m': measured(), '7d': measured('7d') }
  },
  models: STORED()
});

/** All that there is, the first of them the one that is looked into. */
export const all = () => [
  iris(),
  ...gallery()
    .filter(({ name }) => name !== 'Iris classifier')
    .map((one, index) => ({
      ...one,
      spec: {
        ...one.spec,
        metadata: index % 2 ? {} : { stage: 'production', owner: 'forecasting' }
      }
    }))
];

export const pending = {
  items: () => [rolling()],
  details: () => ({ iris: ROLLING() })
};

const STORED = () => ({
  items: [
    {
      last: ago(1_900),
      model: {
        ...model,
        artifact: 'b4'.repeat(32),
        interpreter: '/opt/conda/bin/python'
      },
      saved: [
        {
          number: 2,
          name: 'Iris',
          version: 2,
          group: 'research',
          description: 'one more year of data',
          created_at: ago(1_900),
          created_by: 'ada'
        }
      ],
      uses: []
    },
    {
      last: ago(90_000),
      model: {
        ...model,
        artifact: 'c5'.repeat(32),
        class_name: 'sklearn.pipeline.Pipeline',
        interpreter: '/opt/conda/bin/python'
      },
      saved: [],
      uses: [
        {
          deployment: 'fraud-detector-7wq2m',
          name: 'Fraud detector',
          revision: 3,
          group: 'research',
          created_at: ago(90_000),
          created_by: 'grace'
        }
      ]
    }
  ],
  trial: {
    ok: false,
    reason: 'ExampleFailed',
    message:
      'ValueError: X has 2 features, but RandomForestClassifier is expecting 4 features as input.',
    duration: 0.8,
    answer: null,
    log_tail: [
      'Traceback (most recent call last):',
      '  File "/opt/conda/lib/python3.13/site-packages/sklearn/utils/validation.py", line 2975, in _check_n_features',
      'ValueError: X has 2 features, but RandomForestClassifier is expecting 4 features as input.'
    ]
  }
});

export const LOG = [
  'INFO loading the model took 1.82 s',
  'INFO the example is predicted as it was recorded',
  'INFO POST /v2/models/iris/infer 200 3.1 ms',
  'INFO POST /v2/models/iris/infer 200 2.8 ms',
  'DEBUG 1 row, 2 columns',
  'INFO POST /v2/models/iris/infer 200 3.4 ms',
  'WARNING sepal_width 8.1 is outside of what the model was trained on (0.1 to 7.9)',
  'INFO POST /v2/models/iris/infer 200 3.0 ms',
  'ERROR POST /v2/models/iris/infer 400: sepal_length: expected FP64, got "long"',
  'INFO POST /v2/models/iris/infer 200 2.9 ms'
];
