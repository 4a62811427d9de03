import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { implement } from '../manifest/define-plugin.ts';
import type { EventOf, InputOf, MeterOf, OutputOf, ParsedInputOf, UpdateOf } from './capability.ts';
import { defineCapability } from './define-capability.ts';
import { meter } from './meter.ts';

const full = defineCapability({
  name: 'a/full',
  version: '1.0.0',
  input: z.object({ text: z.string(), times: z.int().default(1) }),
  output: z.object({ text: z.string() }),
  event: z.object({ piece: z.string() }),
  update: z.object({ speed: z.number() }),
  meters: { characters: meter({ unit: 'character' }), seconds: meter({ unit: 'second' }) },
});
const bare = defineCapability({
  name: 'a/bare',
  version: '1.0.0',
  input: z.object({}),
  output: z.object({ n: z.number() }),
  meters: {},
});

test('a caller may leave out what has a default, a handler gets it', () => {
  expectTypeOf<InputOf<typeof full>>().toEqualTypeOf<{ text: string; times?: number | undefined }>();
  expectTypeOf<ParsedInputOf<typeof full>>().toEqualTypeOf<{ text: string; times: number }>();
});

test('outputs, events, updates and meters have their types', () => {
  expectTypeOf<OutputOf<typeof full>>().toEqualTypeOf<{ text: string }>();
  expectTypeOf<EventOf<typeof full>>().toEqualTypeOf<{ piece: string }>();
  expectTypeOf<UpdateOf<typeof full>>().toEqualTypeOf<{ speed: number }>();
  expectTypeOf<MeterOf<typeof full>>().toEqualTypeOf<'characters' | 'seconds'>();
});

test('a capability without events, updates and meters has none', () => {
  expectTypeOf<EventOf<typeof bare>>().toEqualTypeOf<never>();
  expectTypeOf<UpdateOf<typeof bare>>().toEqualTypeOf<never>();
  expectTypeOf<MeterOf<typeof bare>>().toEqualTypeOf<never>();
});

test('a handler is checked against its capability', () => {
  implement(full, async function* ({ input, usage }) {
    usage.set('characters', input.times);
    yield { piece: input.text };
    return { text: input.text };
  });
  // @ts-expect-error: the output lacks `text`
  implement(full, async () => ({}));
  implement(full, async ({ usage, input }) => {
    // @ts-expect-error: there is no such meter
    usage.set('words', 1);
    // @ts-expect-error: there is no such field
    return { text: input.txt };
  });
});
