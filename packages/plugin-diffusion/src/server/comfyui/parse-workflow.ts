import { basename } from 'node:path';
import { z } from 'zod';
import { stepsToRun } from '../../pipeline/make-latents.ts';
import { imageServerFailures } from '../image-server-failures.ts';
import type { AskField, PictureAsk } from '../server-dialect.ts';
import type { ComfyChoice, ComfyNodes, ComfyWorkflow, UploadedFiles } from './comfy-workflow.ts';

const NAMES = [
  ...(['prompt', 'negativePrompt', 'seed', 'steps', 'guidance', 'width', 'height', 'model'] as const),
  ...(['scheduler', 'schedule', 'image', 'mask', 'strength'] as const),
] as const;
type InputName = (typeof NAMES)[number];

const nodeSchema = z.looseObject({ class_type: z.string(), inputs: z.record(z.string(), z.unknown()) });
const placesSchema = z.union([z.string(), z.array(z.string()).min(1)]);
const fileSchema = z.object({
  /** Which input of which node each field of a job is, `node.input`; and the node whose picture is the result. */
  byoc: z.strictObject({
    ...(Object.fromEntries(NAMES.map((name) => [name, placesSchema.optional()])) as Record<
      InputName,
      z.ZodOptional<typeof placesSchema>
    >),
    prompt: placesSchema,
    picture: z.string().optional(),
  }),
});

/** One input of a node. */
interface Place {
  readonly node: string;
  readonly input: string;
}

/** Reads a workflow in API format with the names of its inputs. @throws ImageFailure workflow-broken */
export function parseWorkflow(text: string, path: string): ComfyWorkflow {
  const broken = (why: string) => imageServerFailures.workflowBroken(path, why);
  const { byoc, ...rest } = parseObject(text, broken);
  const nodes = z.record(z.string(), nodeSchema).safeParse(rest);
  if (!nodes.success) throw broken(`\`${nodes.error.issues[0]?.path.join('.')}\` is no node of the API format`);
  const named = fileSchema.safeParse({ byoc });
  if (!named.success) throw broken(`\`${named.error.issues[0]?.path.join('.')}\`: ${named.error.issues[0]?.message}`);
  const { picture, ...inputs } = named.data.byoc;
  const places = new Map(
    NAMES.flatMap((name) => {
      const found = inputs[name];
      return found === undefined ? [] : [[name, [found].flat().map((place) => findPlace(nodes.data, place, broken))]];
    }),
  );
  if (picture !== undefined && nodes.data[picture] === undefined) throw broken(`there is no node \`${picture}\``);
  return createNamedWorkflow({ nodes: nodes.data, places, picture, name: basename(path).replace(/\.json$/, '') });
}

function createNamedWorkflow(parsed: {
  readonly nodes: ComfyNodes;
  readonly places: ReadonlyMap<InputName, readonly Place[]>;
  readonly picture: string | undefined;
  readonly name: string;
}): ComfyWorkflow {
  const { nodes, places, picture, name } = parsed;
  const fields: readonly AskField[] = ['negativePrompt', 'steps', 'guidance', 'seed', 'scheduler', 'strength'];
  const takes = new Set<AskField>(fields.filter((field) => places.has(field as InputName)));
  if (places.has('width') && places.has('height')) takes.add('size');
  const choice = (of: InputName): ComfyChoice | undefined => {
    const [place] = places.get(of) ?? [];
    return place && { node: nodes[place.node]?.class_type ?? '', input: place.input };
  };
  const number = (of: InputName) => {
    const [place] = places.get(of) ?? [];
    const value = place && nodes[place.node]?.inputs[place.input];
    return typeof value === 'number' ? value : undefined;
  };
  return {
    ...{ takes, takesSource: places.has('image'), takesMask: places.has('mask'), name, pictureNode: picture },
    defaults: {
      ...{ width: number('width'), height: number('height'), steps: number('steps'), guidance: number('guidance') },
    },
    choices: { model: choice('model'), scheduler: choice('scheduler'), schedule: choice('schedule'), lora: undefined },
    build(ask, files) {
      const values = valuesOf(ask, files, takes);
      const filled: Record<string, { class_type: string; inputs: Record<string, unknown> }> = structuredClone(nodes);
      for (const [of, found] of places)
        for (const { node, input } of found) {
          const inputs = filled[node]?.inputs;
          if (inputs !== undefined && values[of] !== undefined) inputs[input] = values[of];
        }
      return filled;
    },
  };
}

/** Undefined leaves what the workflow has. */
function valuesOf(
  ask: PictureAsk,
  files: UploadedFiles,
  takes: ReadonlySet<AskField>,
): Readonly<Record<InputName, unknown>> {
  const { prompt, negativePrompt, seed, guidance, width, height, model, sampler, source } = ask;
  return {
    ...{ prompt, negativePrompt, seed, guidance, width, height, model, ...files },
    // A graph that paints over only a part runs all of the steps that it is given.
    steps: stepsToRun(ask.steps, takes.has('strength') ? source?.strength : undefined),
    ...{ scheduler: sampler?.name, schedule: sampler?.schedule, strength: source?.strength ?? 1 },
  };
}

function parseObject(text: string, broken: (why: string) => Error): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw broken('it is no JSON object');
  }
}

function findPlace(nodes: ComfyNodes, text: string, broken: (why: string) => Error): Place {
  const at = text.indexOf('.');
  const [node, input] = [text.slice(0, at), text.slice(at + 1)];
  if (at > 0 && nodes[node] !== undefined && input in (nodes[node]?.inputs ?? {})) return { node, input };
  throw broken(`there is no input \`${text}\``);
}
