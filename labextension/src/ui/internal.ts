import type { TranslationBundle } from '@jupyterlab/translation';

/** Whether an address is one of a cluster's Services, which nobody outside of it can look up. */
export function isInternal(url: string): boolean {
  try {
    return new URL(url).hostname.split('.').includes('svc');
  } catch {
    return false;
  }
}

/** What is to be known of such an address. */
export const internalNote = (trans: TranslationBundle): string =>
  trans.__(
    'This address is known inside of the cluster only. For callers outside of it, ask an administrator for a route.'
  );
