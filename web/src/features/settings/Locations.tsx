import { ActionIcon, Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { api, must } from '../../api/client';
import { locationsQuery } from '../../api/queries';
import { ProblemAlert } from '../../components/ui';
import { plural } from '../../lib/format';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';

/** The locations of one warehouse, folded away until wanted. */
export function Locations({ warehouse, name }: { warehouse: number; name: string }) {
  const me = useMe();
  const locations = useQuery(locationsQuery(warehouse)).data ?? [];
  const [text, setText] = useState('');
  const add = useSave({
    run: () =>
      must(
        api.POST('/warehouses/{id}/locations', {
          params: { path: { id: warehouse } },
          body: { name: text.trim() },
        }),
      ),
    stale: ['locations'],
    then: () => setText(''),
  });
  const remove = useSave({
    run: (location: number) =>
      must(
        api.DELETE('/warehouses/{id}/locations/{location_id}', {
          params: { path: { id: warehouse, location_id: location } },
        }),
      ),
    stale: ['locations'],
  });
  return (
    <details>
      <summary>{plural(locations.length, 'location')}</summary>
      <div className="stack tight">
        <div className="tags">
          {locations.map((l) => (
            <span key={l.id} className="chip">
              {l.name}
              {me.can('settings', 'full') && (
                <ActionIcon
                  size="xs"
                  variant="transparent"
                  color="gray.8"
                  aria-label={`Delete location ${l.name}`}
                  onClick={() => remove.mutate(l.id)}
                >
                  <X size={14} />
                </ActionIcon>
              )}
            </span>
          ))}
        </div>
        {me.can('settings', 'write') && (
          <form
            className="row"
            onSubmit={(e) => {
              e.preventDefault();
              if (text.trim() !== '') add.mutate();
            }}
          >
            <TextInput
              size="xs"
              aria-label={`New location in ${name}`}
              placeholder="Shelf A2"
              maxLength={100}
              value={text}
              onChange={(e) => setText(e.currentTarget.value)}
            />
            <Button
              type="submit"
              size="xs"
              variant="default"
              loading={add.isPending}
              disabled={text.trim() === ''}
            >
              Add
            </Button>
          </form>
        )}
        <ProblemAlert error={add.error ?? remove.error} />
      </div>
    </details>
  );
}
