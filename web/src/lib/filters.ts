import { useSearchParams } from 'react-router';

/** Filters live in the address, so that a filtered list can be kept, shared and come back to. */
export function useFilters() {
  const [params, setParams] = useSearchParams();
  return {
    get: (name: string) => params.get(name),
    flag: (name: string) => (params.has(name) ? params.get(name) === 'yes' : undefined),
    set: (name: string, value: string | null) =>
      setParams(
        (before) => {
          if (value !== null && value !== '') before.set(name, value);
          else before.delete(name);
          return before;
        },
        { replace: true },
      ),
    any: (...except: string[]) => [...params.keys()].some((k) => !except.includes(k)),
  };
}
