import type { Client } from '../api/contract';
import { CLIENT_RULES } from '../api/rules';

const DAY = 86_400_000;

/** How long a new client may call: days, none for ever, or a day that is chosen. */
export const EXPIRIES = ['never', '1', '7', '30', '90', '365', 'date'] as const;

export type Expiry = (typeof EXPIRIES)[number];

/**
 * When a client expires.
 *
 * @param date - `YYYY-MM-DD`, the last day: in the reader's zone; only for `date`.
 * @returns ISO 8601; null: never. Not a time at all where `date` isn't one.
 */
export function expiryTime(
  expiry: Expiry,
  date: string,
  now: number
): string | null | undefined {
  if (expiry === 'never') {
    return null;
  }
  const time =
    expiry === 'date'
      ? new Date(`${date}T23:59:59`).getTime()
      : now + Number(expiry) * DAY;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The rule of the server for names of clients. */
export const isClientName = (name: string): boolean =>
  new RegExp(CLIENT_RULES.name.pattern).test(name);

/** A name for the first client: the caller's own as far as the rule allows it, and none that is taken. */
export function firstClientName(
  user: string,
  taken: readonly Pick<Client, 'name'>[]
): string {
  const base =
    user
      .toLowerCase()
      .replace(/[^a-z0-9_-]+/g, '-')
      .replace(/^[^a-z_]+/, '')
      .slice(0, 56) || 'first';
  const names = new Set(taken.map(({ name }) => name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!names.has(name)) {
      return name;
    }
  }
}

export const isExpired = (
  { expires_at }: Pick<Client, 'expires_at'>,
  now: number
): boolean => Boolean(expires_at) && Date.parse(expires_at!) <= now;

/** Whether an endpoint answers only on the machine that it is on. */
export function isLocalOnly(endpoint: string): boolean {
  const { hostname } = new URL(endpoint);
  return /^(localhost|127\.|\[?::1)/.test(hostname);
}
