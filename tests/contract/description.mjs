/*
 * description.mjs: docs/openapi.yaml as something to hold exchanges to.
 *
 * `check` tells what an answer has that the document does not say, and the other way round; `checkRequest` the same of
 * a request. Both give a list of faults in words; an empty one means that all is as documented.
 */
import fs from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import YAML from 'yaml';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const ID = 'openapi.yaml';

/* The statuses that `default` stands for; any other must be named by the operation. */
const DEFAULT_STATUSES = [405, 413, 415, 429, 500, 503];

/* Headers that belong to the protocol, not to the interface; the others are documented or they are not sent. */
const TOLD_HEADERS = ['etag', 'location', 'set-cookie'];

const escape = (name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
const essence = (type) => (type ?? '').split(';')[0].trim().toLowerCase();
const words = (text) => [...(text ?? '').matchAll(/`([a-z_]+)`/g)].map((m) => m[1]);

function makeAjv(doc) {
  const ajv = new Ajv2020({
    strict: true,
    allErrors: true,
    allowUnionTypes: true,
    strictRequired: false,
    strictTypes: false,
  });
  addFormats(ajv);
  ajv.addVocabulary([...Object.keys(doc), 'example']);
  ajv.addSchema({ $id: ID, ...doc }, ID, false, false);
  return ajv;
}

const told = (errors) => errors.map((e) => `${e.instancePath || 'the whole'} ${e.message} ${JSON.stringify(e.params)}`);

/* Of `path` and `method`: what stands there, with $ref followed and its place as a JSON pointer. */
function operationsOf(doc, at) {
  const found = new Map();
  for (const [path, item] of Object.entries(doc.paths))
    for (const method of METHODS.filter((m) => item[m])) {
      const pointer = `#/paths/${escape(path)}/${method}`;
      const own = item[method];
      const parameters = [...(item.parameters ?? []), ...(own.parameters ?? [])];
      const responses = {};
      for (const status of Object.keys(own.responses)) responses[status] = at(`${pointer}/responses/${status}`);
      found.set(own.operationId, {
        id: own.operationId,
        method: method.toUpperCase(),
        path,
        base: (item.servers ?? doc.servers)[0].url.replace(/\/$/, ''),
        pointer,
        permission: own['x-permission'] ?? null,
        security: own.security ?? doc.security,
        parameters: parameters.map((p) => (p.$ref ? at(p.$ref).value : p)),
        body: own.requestBody ?? null,
        responses,
      });
    }
  return found;
}

/* A query or path text as the type that its schema wants. */
function typed(text, schema) {
  if (schema.type === 'integer' && /^-?\d+$/.test(text)) return Number(text);
  if (schema.type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

export function loadDescription(file = new URL('../../docs/openapi.yaml', import.meta.url)) {
  const doc = YAML.parse(fs.readFileSync(file, 'utf8'));
  const ajv = makeAjv(doc);
  const schemas = new Map();

  const at = (pointer) => {
    let value = doc;
    for (const part of pointer.slice(2).split('/'))
      value = value?.[decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')];
    return value?.$ref ? at(value.$ref) : { value, pointer };
  };
  const validator = (pointer) => {
    if (!schemas.has(pointer)) schemas.set(pointer, ajv.compile({ $ref: `${ID}${pointer}` }));
    return schemas.get(pointer);
  };
  const faults = (pointer, value) => (validator(pointer)(value) ? [] : told(validator(pointer).errors));
  /* A schema that stands inline, such as a parameter's: $ref in it means the document's. */
  const faultsOf = (schema, value) => {
    const key = JSON.stringify(schema);
    if (!schemas.has(key))
      schemas.set(key, ajv.compile(JSON.parse(key.replaceAll('"#/components/', `"${ID}#/components/`))));
    return schemas.get(key)(value) ? [] : told(schemas.get(key).errors);
  };
  /* JSON pointers of what is wrong in `value`. */
  const places = (schema, value) => {
    faultsOf(schema, value);
    const below = ({ params }) => params.missingProperty ?? params.additionalProperty;
    return (schemas.get(JSON.stringify(schema)).errors ?? []).map(
      (e) => e.instancePath + (below(e) === undefined ? '' : `/${below(e)}`),
    );
  };
  const operations = operationsOf(doc, at);

  function checkHeaders(response, headers) {
    const out = [];
    const documented = response.value.headers ?? {};
    for (const [name, header] of Object.entries(documented)) {
      const { value } = header.$ref ? at(header.$ref) : { value: header };
      const sent = headers.get(name);
      if (sent === null && value.required) out.push(`the documented header ${name} is not sent`);
      if (sent !== null) out.push(...faultsOf(value.schema, sent).map((f) => `header ${name}: ${f}`));
    }
    const names = Object.keys(documented).map((n) => n.toLowerCase());
    for (const name of TOLD_HEADERS)
      if (headers.has(name) && !names.includes(name)) out.push(`the header ${name} is sent and not documented`);
    return out;
  }

  function checkProblem(response, status, body) {
    const codes = words(response.value.description);
    const out = [];
    if (body.status !== status) out.push(`the problem says status ${body.status}`);
    if (codes.length && !codes.includes(body.code)) out.push(`the code ${body.code} is not among ${codes.join(', ')}`);
    return out;
  }

  function checkBody(response, status, headers, text) {
    const content = response.value.content ?? {};
    const type = essence(headers.get('content-type'));
    if (!Object.keys(content).length)
      return text ? [`a body comes where none is documented: ${text.slice(0, 200)}`] : [];
    if (!content[type]) return [`content type "${type}", documented: ${Object.keys(content).join(', ')}`];
    let body = text;
    if (/json$/.test(type))
      try {
        body = JSON.parse(text);
      } catch (error) {
        return [`not JSON: ${error.message}: ${text.slice(0, 200)}`];
      }
    const out = faults(`${response.pointer}/content/${escape(type)}/schema`, body);
    return type === 'application/problem+json' ? [...out, ...checkProblem(response, status, body)] : out;
  }

  /* answer: {status, headers: Headers, text}. */
  function check(id, { status, headers, text }) {
    const { responses } = operations.get(id);
    const response = responses[status] ?? (DEFAULT_STATUSES.includes(status) ? responses.default : null);
    if (!response) return [`status ${status} is not documented: ${text.slice(0, 500)}`];
    return [...checkBody(response, status, headers, text), ...checkHeaders(response, headers)];
  }

  function checkParameters(operation, given, where) {
    const out = [];
    const known = operation.parameters.filter((p) => p.in === where);
    for (const p of known.filter((k) => k.required && !(k.name in given)))
      out.push(`${where} parameter ${p.name} is missing`);
    for (const [name, value] of Object.entries(given)) {
      const p = known.find((k) => k.name.toLowerCase() === name.toLowerCase());
      if (!p) {
        out.push(`${where} parameter ${name} is not documented`);
        continue;
      }
      const schema = p.schema.$ref ? at(p.schema.$ref).value : p.schema;
      const items = schema.items?.$ref ? at(schema.items.$ref).value : schema.items;
      const wanted =
        schema.type === 'array' ? [value].flat().map((v) => typed(String(v), items)) : typed(String(value), schema);
      out.push(...faultsOf(p.schema, wanted).map((f) => `${where} parameter ${name}: ${f}`));
    }
    return out;
  }

  /* request: {path: {id: 1}, query: {}, headers: {}, body}. Cookies, Authorization and the like are not looked at. */
  function checkRequest(id, { path = {}, query = {}, headers = {}, body, raw }) {
    const operation = operations.get(id);
    const named = Object.fromEntries(Object.entries(headers).filter(([name]) => /^(if-|idempotency-)/i.test(name)));
    const out = ['path', 'query', 'header'].flatMap((where) =>
      checkParameters(operation, { path, query, header: named }[where], where),
    );
    if (body === undefined && raw === undefined && operation.body?.required) out.push('the body is missing');
    if (body !== undefined && !operation.body) out.push('a body where none is documented');
    if (body !== undefined && operation.body)
      out.push(
        ...faults(`${operation.pointer}/requestBody/content/application~1json/schema`, body).map((f) => `body: ${f}`),
      );
    return out;
  }

  return { doc, operations, check, checkRequest, faults, faultsOf, places, at };
}

/* Every place below `value` that is an object schema which does not say what else it may hold. */
export function openSchemas(value, place = '') {
  if (Array.isArray(value)) return value.flatMap((v, i) => openSchemas(v, `${place}/${i}`));
  if (!value || typeof value !== 'object') return [];
  const open =
    value.type === 'object' && value.additionalProperties === undefined && value.unevaluatedProperties === undefined;
  const below = Object.entries(value).filter(([key]) => !['example', 'examples', 'default', 'enum'].includes(key));
  return [...(open ? [place] : []), ...below.flatMap(([key, v]) => openSchemas(v, `${place}/${key}`))];
}
