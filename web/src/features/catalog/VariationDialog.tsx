import { Button, MultiSelect, TextInput } from '@mantine/core';
import { Dialog } from '../../components/dialogs';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, fieldErrors, ifMatch, must, type Schemas } from '../../api/client';
import { damagesQuery, gradesQuery, variationQuery } from '../../api/queries';
import { ConfirmButton } from '../../components/confirm';
import { MoneyField } from '../../components/MoneyField';
import { TitleSelect } from '../../components/pickers';
import { ProblemAlert, Ready } from '../../components/ui';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { MergeButton } from './MergeButton';
import { stale } from './stale';

type Draft = Omit<Required<Schemas['VariationCreate']>, 'price'> & {
  price: Schemas['Money'] | null | undefined;
};

const unknown = 'Unknown';
const blank: Draft = {
  manufacturer: '',
  model: '',
  variant: unknown,
  network: unknown,
  capacity: unknown,
  color: unknown,
  grade: unknown,
  damages: [],
  sku: null,
  price: null,
};
const attributes = [
  ['manufacturer', 'Manufacturer', 'Apple'],
  ['model', 'Model', 'iPhone 13'],
  ['variant', 'Variant', 'A2633'],
  ['network', 'Network', 'Unlocked'],
  ['capacity', 'Capacity', '128GB'],
  ['color', 'Color', 'Midnight'],
] as const;
const fields = [...Object.keys(blank).map((f) => '/' + f)];

function Form({
  id,
  etag,
  from,
  archived = false,
  onClose,
}: {
  id: number | null;
  etag: string | null;
  from: Draft;
  archived?: boolean;
  onClose: () => void;
}) {
  const me = useMe();
  const mayWrite = me.can('catalog', 'write');
  const damages = useQuery(damagesQuery).data ?? [];
  const [draft, setDraft] = useState(from);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const save = useSave({
    run: () => {
      const body = { ...draft, price: draft.price ?? null };
      return id === null
        ? must(api.POST('/variations', { body }))
        : must(api.PATCH('/variations/{id}', { params: { path: { id }, header: ifMatch(etag) }, body }));
    },
    stale,
    said: id === null ? 'Variation created' : 'Variation saved',
    then: onClose,
  });
  const remove = useSave({
    run: () =>
      must(api.DELETE('/variations/{id}', { params: { path: { id: id ?? 0 }, header: ifMatch(etag) } })),
    stale,
    said: 'Variation deleted',
    then: onClose,
  });
  const archive = useSave({
    run: () =>
      must(
        api.PATCH('/variations/{id}', {
          params: { path: { id: id ?? 0 }, header: ifMatch(etag) },
          body: { archived: !archived },
        }),
      ),
    stale,
    said: archived ? 'Variation is offered again' : 'Variation archived',
    then: onClose,
  });
  const at = fieldErrors(save.error);
  return (
    <form
      className="stack"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <fieldset className="plain stack" disabled={!mayWrite}>
        <div className="cols2">
          {attributes.map(([field, label, example], i) => (
            <TextInput
              key={field}
              label={label}
              placeholder={example}
              required
              maxLength={100}
              data-autofocus={i === 0 || undefined}
              value={draft[field]}
              onChange={(e) => set({ [field]: e.currentTarget.value })}
              onFocus={(e) => e.currentTarget.value === unknown && e.currentTarget.select()}
              error={at('/' + field)}
            />
          ))}
          <TitleSelect
            query={gradesQuery}
            label="Grade"
            value={draft.grade}
            onChange={(grade) => set({ grade: grade ?? unknown })}
            error={at('/grade')}
          />
          <MultiSelect
            label="Damages"
            placeholder={draft.damages.length === 0 ? 'None' : undefined}
            data={[...new Set([...damages.map((d) => d.title), ...draft.damages])]}
            value={draft.damages}
            onChange={(d) => set({ damages: d })}
            error={at('/damages')}
          />
          <TextInput
            label="SKU"
            description="Exactly as on your channels; optional"
            maxLength={100}
            classNames={{ input: 'mono' }}
            value={draft.sku ?? ''}
            onChange={(e) => set({ sku: e.currentTarget.value === '' ? null : e.currentTarget.value })}
            error={at('/sku')}
          />
          <MoneyField
            label="Price"
            description="For your own lists; not sent to channels"
            value={draft.price}
            onChange={(price) => set({ price })}
            error={at('/price')}
          />
        </div>
      </fieldset>
      {archived && (
        <p className="hint">
          Archived: not offered for anything new. Its items, orders and listings go on as they are.
        </p>
      )}
      <ProblemAlert error={save.error ?? archive.error} fields={fields} />
      <div className="row apart">
        <div className="row">
          {id !== null && mayWrite && (
            <Button variant="default" loading={archive.isPending} onClick={() => archive.mutate()}>
              {archived ? 'Take back' : 'Archive'}
            </Button>
          )}
          {id !== null && me.can('catalog', 'full') && (
            <>
              <MergeButton id={id} etag={etag} onMerged={onClose} />
              <ConfirmButton
                label="Delete"
                variant="outline"
                color="red.9"
                title="Delete this variation?"
                deed="Delete"
                busy={remove.isPending}
                error={remove.error}
                onConfirm={() => remove.mutate()}
              >
                Only a variation without items, order lines and connections can go; archive the others.
              </ConfirmButton>
            </>
          )}
        </div>
        <div className="row">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          {mayWrite && (
            <Button type="submit" loading={save.isPending} disabled={draft.price === undefined}>
              {id === null ? 'Create' : 'Save'}
            </Button>
          )}
        </div>
      </div>
    </form>
  );
}

function Existing({ id, onClose }: { id: number; onClose: () => void }) {
  const variation = useQuery({ ...variationQuery(id), staleTime: 0 });
  return (
    <Ready query={variation}>
      {({ value, etag }) => {
        const from = Object.fromEntries(Object.keys(blank).map((f) => [f, value[f as keyof Draft]])) as Draft;
        return (
          <Form
            key={etag ?? ''}
            id={id}
            etag={etag}
            from={from}
            archived={value.archived}
            onClose={onClose}
          />
        );
      }}
    </Ready>
  );
}

export function VariationDialog({ id, onClose }: { id: number | null; onClose: () => void }) {
  return (
    <Dialog onClose={onClose} size="lg" title={id === null ? 'New variation' : 'Variation'}>
      {id === null ? (
        <Form id={null} etag={null} from={blank} onClose={onClose} />
      ) : (
        <Existing id={id} onClose={onClose} />
      )}
    </Dialog>
  );
}
