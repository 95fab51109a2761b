// Fields that choose among what the server has.
import { Checkbox, MultiSelect, Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery, useQuery, type UseQueryOptions } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../api/client';
import { rowsOf, variationQuery, variationsQuery } from '../api/queries';

const typingMs = 200;

function useVariationSearch(search: string) {
  const [words] = useDebouncedValue(search.trim(), typingMs);
  const query = useInfiniteQuery({
    ...variationsQuery(words === '' ? {} : { q: words }),
    placeholderData: (before) => before,
  });
  return rowsOf(query.data);
}

function labelOf(v: { title: string; sku: string | null }): string {
  return v.sku ? `${v.title} \u00b7 ${v.sku}` : v.title;
}

// The server has searched already: what it found is shown, in its order.
const asFound: SelectProps['filter'] = ({ options }) => options;

export function VariationPicker({
  value,
  onChange,
  label = 'Variation',
  error,
  autoFocus,
  required,
}: {
  value: number | null;
  onChange: (id: number | null) => void;
  label?: string;
  error?: string;
  autoFocus?: boolean;
  required?: boolean;
}) {
  const [search, setSearch] = useState('');
  const chosen = useQuery({ ...variationQuery(value ?? 0), enabled: value !== null });
  // The field shows the label of the choice as its text; that is not something to search for.
  const chosenLabel = chosen.data ? labelOf(chosen.data.value) : null;
  const found = useVariationSearch(search === chosenLabel ? '' : search);
  const options = new Map(found.map((v) => [String(v.id), labelOf(v)]));
  if (value !== null) options.set(String(value), chosenLabel ?? `#${value}`);
  return (
    <Select
      label={label}
      placeholder="Type a model, color or SKU"
      searchable
      required={required}
      data-autofocus={autoFocus}
      data={[...options].map(([id, text]) => ({ value: id, label: text }))}
      filter={asFound}
      value={value === null ? null : String(value)}
      onChange={(id) => onChange(id === null ? null : Number(id))}
      searchValue={search}
      onSearchChange={setSearch}
      nothingFoundMessage="No such variation"
      error={error}
    />
  );
}

export function VariationsPicker({
  value,
  onChange,
  known,
  error,
}: {
  value: number[];
  onChange: (ids: number[]) => void;
  known: Schemas['VariationBrief'][];
  error?: string;
}) {
  const [search, setSearch] = useState('');
  const [seen, setSeen] = useState(() => new Map(known.map((v) => [String(v.id), labelOf(v)])));
  const found = useVariationSearch(search);
  const options = new Map([...seen, ...found.map((v) => [String(v.id), labelOf(v)] as const)]);
  for (const id of value) if (!options.has(String(id))) options.set(String(id), `#${id}`);
  return (
    <MultiSelect
      label="Variations"
      placeholder="Type a model, color or SKU"
      searchable
      data={[...options].map(([id, text]) => ({ value: id, label: text }))}
      filter={asFound}
      value={value.map(String)}
      onChange={(ids) => {
        setSeen(options);
        onChange(ids.map(Number));
      }}
      searchValue={search}
      onSearchChange={setSearch}
      nothingFoundMessage="No such variation"
      error={error}
    />
  );
}

export function SkusPicker({
  value,
  onChange,
  error,
}: {
  value: string[];
  onChange: (skus: string[]) => void;
  error?: string;
}) {
  const [search, setSearch] = useState('');
  const found = useVariationSearch(search);
  const options = [...new Set([...value, ...found.flatMap((v) => (v.sku === null ? [] : [v.sku]))])];
  const phones = new Map(found.map((v) => [v.sku, v.title]));
  return (
    <MultiSelect
      label="Catalog SKUs"
      placeholder="Type a SKU or a model"
      searchable
      data={options}
      renderOption={({ option }) => (
        <div>
          <span className="mono">{option.value}</span>
          <span className="under">{phones.get(option.value)}</span>
        </div>
      )}
      filter={asFound}
      value={value}
      onChange={onChange}
      searchValue={search}
      onSearchChange={setSearch}
      nothingFoundMessage="No such SKU in the catalog"
      error={error}
    />
  );
}

type Named = { title: string } | { name: string };
const nameOf = (n: Named) => ('title' in n ? n.title : n.name);

/** One of the account's statuses, warehouses or grades, by its title. */
export function TitleSelect({
  query,
  extra = [],
  ...props
}: { query: unknown; extra?: { value: string; label: string }[] } & SelectProps) {
  const list = useQuery(query as UseQueryOptions<Named[]>);
  const titles = (list.data ?? []).map((n) => ({ value: nameOf(n), label: nameOf(n) }));
  const known = [...extra, ...titles.filter((t) => !extra.some((e) => e.value === t.value))];
  if (props.value && !known.some((k) => k.value === props.value))
    known.push({ value: props.value, label: props.value });
  return <Select {...props} data={known} />;
}

/** Several of them, all in sight. */
export function TitleChecks({
  query,
  label,
  description,
  value,
  onChange,
  error,
  disabled,
}: {
  query: unknown;
  label: string;
  description?: string;
  value: string[];
  onChange: (titles: string[]) => void;
  error?: string;
  disabled?: boolean;
}) {
  const list = useQuery(query as UseQueryOptions<Named[]>);
  const titles = [...new Set([...(list.data ?? []).map(nameOf), ...value])];
  return (
    <Checkbox.Group label={label} description={description} value={value} onChange={onChange} error={error}>
      <div className="row checks">
        {titles.map((title) => (
          <Checkbox key={title} value={title} label={title} disabled={disabled} />
        ))}
        {list.data?.length === 0 && <span className="under">None yet; add some in Settings.</span>}
      </div>
    </Checkbox.Group>
  );
}
