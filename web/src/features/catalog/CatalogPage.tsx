import { Badge, Button, Checkbox, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { gradesQuery, rowsOf, variationsQuery } from '../../api/queries';
import { TitleSelect } from '../../components/pickers';
import { SearchField } from '../../components/SearchField';
import { Empty, LoadMore, Loading, PageHead, ProblemAlert } from '../../components/ui';
import { useFilters } from '../../lib/filters';
import { money } from '../../lib/format';
import { useMe } from '../../lib/me';
import { StockCell, useStock } from './stock';
import { VariationDialog } from './VariationDialog';

export function CatalogPage() {
  const me = useMe();
  const { get, flag, set, any } = useFilters();
  const [editing, setEditing] = useState<number | 'new' | null>(null);
  const variations = useInfiniteQuery({
    ...variationsQuery({
      q: get('q') ?? undefined,
      grade: get('grade') ?? undefined,
      archived: flag('archived') ? 'any' : undefined,
    }),
    placeholderData: (before) => before,
  });
  const rows = rowsOf(variations.data);
  const stock = useStock(variations.data?.pages.map((page) => page.data) ?? []);
  const create = me.can('catalog', 'write') && (
    <Button leftSection={<Plus size={18} aria-hidden="true" />} onClick={() => setEditing('new')}>
      New variation
    </Button>
  );
  return (
    <>
      <PageHead title="Catalog" sub="Product variations: a model in one capacity, color, grade and damage">
        {create}
      </PageHead>
      <div className="card flush">
        <div className="filters" role="search">
          <SearchField
            label="Search the catalog"
            placeholder="Model, capacity, color or SKU"
            value={get('q') ?? ''}
            onChange={(q) => set('q', q)}
          />
          <TitleSelect
            className="pick"
            query={gradesQuery}
            aria-label="Grade"
            placeholder="Grade"
            clearable
            value={get('grade')}
            onChange={(v) => set('grade', v)}
          />
          <Checkbox
            label="Archived too"
            checked={flag('archived') ?? false}
            onChange={(e) => set('archived', e.currentTarget.checked ? 'yes' : null)}
          />
        </div>
        <ProblemAlert error={variations.error} />
        {variations.isPending && <Loading />}
        {variations.data && rows.length === 0 && (
          <Empty title={any() ? 'No variation fits' : 'The catalog is empty'}>
            {!any() && <p>Create the first variation, then receive its units in Inventory.</p>}
          </Empty>
        )}
        {rows.length > 0 && (
          <div className="scroll">
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Variation</Table.Th>
                  <Table.Th>Grade</Table.Th>
                  <Table.Th>Damages</Table.Th>
                  <Table.Th>SKU</Table.Th>
                  <Table.Th className="num">Price</Table.Th>
                  <Table.Th className="num">On hand</Table.Th>
                  <Table.Th className="num">Outstanding</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((v) => (
                  <Table.Tr key={v.id}>
                    <Table.Td className="title">
                      <button type="button" className="linklike" onClick={() => setEditing(v.id)}>
                        {v.manufacturer} {v.model}
                      </button>
                      {v.archived && (
                        <Badge variant="light" color="gray" tt="none" ml="xs">
                          Archived
                        </Badge>
                      )}
                      <span className="under">
                        {[v.variant, v.network, v.capacity, v.color]
                          .filter((w) => w !== 'Unknown')
                          .join(' \u00b7 ')}
                      </span>
                    </Table.Td>
                    <Table.Td>{v.grade}</Table.Td>
                    <Table.Td>{v.damages.join(', ')}</Table.Td>
                    <Table.Td className="mono">{v.sku}</Table.Td>
                    <Table.Td className="num">{money(v.price)}</Table.Td>
                    <StockCell level={stock.get(v.id)} field="on_hand" />
                    <StockCell level={stock.get(v.id)} field="outstanding" />
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
        <LoadMore query={variations} shown={rows.length} />
      </div>
      {editing !== null && (
        <VariationDialog id={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
    </>
  );
}
