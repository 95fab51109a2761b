import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { locationsQuery, warehousesQuery } from '../../api/queries';

/** The locations of the chosen warehouse. */
export function LocationSelect({
  warehouse,
  value,
  onChange,
  error,
}: {
  warehouse: string | null;
  value: string | null;
  onChange: (name: string | null) => void;
  error?: string;
}) {
  const chosen = useQuery(warehousesQuery).data?.find((w) => w.name === warehouse);
  const locations =
    useQuery({ ...locationsQuery(chosen?.id ?? 0), enabled: chosen !== undefined }).data ?? [];
  const names = locations.map((l) => l.name);
  return (
    <Select
      label="Location"
      placeholder={names.length === 0 ? 'None defined' : 'None'}
      clearable
      searchable
      data={value !== null && !names.includes(value) ? [...names, value] : names}
      value={value}
      onChange={onChange}
      error={error}
      disabled={warehouse === null}
    />
  );
}
