import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React, { useId, useState } from 'react';

import type { Group, Usage } from '../api/contract';
import { QUOTA_NAMES, QuotaBars } from '../ui/QuotaBars';
import { useTranslation } from '../ui/translation';
import { groupTitle } from '../ui/vocabulary';

export interface IGroupResourcesProps {
  /** Those that are shown, each with its bars. */
  groups: readonly Group[];
  /** Of the one group that is shown, what a change that is being prepared would make of its usage. */
  after?: Usage;
  /** Whether it begins open. */
  open?: boolean;
}

/** What groups may use and what they use: a box that folds. */
export function GroupResources(
  props: IGroupResourcesProps
): JSX.Element | null {
  const { groups, after } = props;
  const trans = useTranslation();
  const [open, setOpen] = useState(props.open ?? false);
  const body = useId();
  const [only] = groups;
  if (!only) {
    return null;
  }
  const over = groups.some(isOver);
  const Caret = open ? caretDownIcon : caretRightIcon;
  return (
    <section className="pd-Resources">
      <button
        type="button"
        className="pd-Resources-head"
        aria-expanded={open}
        aria-controls={body}
        onClick={() => setOpen(!open)}
      >
        <Caret.react tag="span" width="16px" className="pd-Resources-caret" />
        <span className="pd-Resources-title">
          {groups.length === 1
            ? trans.__('Resources of %1', groupTitle(only))
            : trans.__('Resources of my groups')}
        </span>
        {over && (
          <span className="pd-Resources-over">{trans.__('over quota')}</span>
        )}
      </button>
      <div id={body} className="pd-Resources-body" hidden={!open}>
        {open &&
          groups.map(group => (
            <div key={group.name}>
              {groups.length > 1 && (
                <h4 className="pd-Resources-group">{groupTitle(group)}</h4>
              )}
              <QuotaBars
                quota={group.quota}
                usage={group.usage}
                after={after}
              />
            </div>
          ))}
      </div>
    </section>
  );
}

/** Whether a group uses more than it may: its quota was lowered. */
export function isOver({ quota, usage }: Group): boolean {
  return QUOTA_NAMES.some(name => {
    const limit = quota[name];
    return limit !== null && limit !== undefined && usage[name] > limit;
  });
}
