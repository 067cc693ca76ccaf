import { useEffect, useState } from 'react';

/** How long somebody who types is left alone before the server is asked (ms). */
export const DEBOUNCE = 350;

/** A value that follows another one once that has stayed for a while. */
export function useDelayed<T>(value: T, delay = DEBOUNCE): T {
  const [delayed, setDelayed] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(value), delay);
    return () => clearTimeout(timer);
  }, [value, delay]);
  return delayed;
}
