import React from 'react';

import type { IKeptDraft } from '../model/drafts';
import { relativeTime } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';

/** Tells that what is in the form was typed earlier. */
export function DraftNotice({
  restored
}: {
  restored: IKeptDraft | null;
}): JSX.Element | null {
  const trans = useTranslation();
  const locale = useLocale();
  if (restored === null) {
    return null;
  }
  const when = relativeTime(
    new Date(restored.at).toISOString(),
    Date.now(),
    locale
  );
  return (
    <p className="pd-Hint pd-DeployForm-notice" role="status">
      {trans.__('Your draft from %1.', when)}
    </p>
  );
}
