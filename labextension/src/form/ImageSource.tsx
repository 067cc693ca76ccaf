import React from 'react';

import { TextField } from '../admin/Field';
import { useTranslation } from '../ui/translation';
import { useForm } from './context';

/** An image to serve, where the engine can. */
export function ImageSource(): JSX.Element {
  const trans = useTranslation();
  const { draft, change, me } = useForm();
  return (
    <TextField
      label={trans.__('Model Image')}
      value={draft.image}
      disabled={!me.engine.images}
      placeholder="registry.example.com/team/model:1"
      hint={
        me.engine.images
          ? undefined
          : trans.__(
              'The engine “%1” runs Python models as processes of this machine, no images. That needs an engine with containers, such as a Kubernetes cluster. Meanwhile: load the model in a notebook and deploy it from there.',
              me.engine.name
            )
      }
      onChange={value => change('image', value)}
    />
  );
}
