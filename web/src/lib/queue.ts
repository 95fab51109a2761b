import { useCallback, useRef } from 'react';

/** Runs what it is given one after the other: scans come faster than answers, and their order matters. */
export function useQueue() {
  const tail = useRef<Promise<unknown>>(Promise.resolve());
  return useCallback((work: () => Promise<void>) => {
    tail.current = tail.current.then(work, work);
  }, []);
}
