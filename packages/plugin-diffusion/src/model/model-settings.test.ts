import { expect, it } from 'vitest';
import { modelSettingsSchema } from './model-settings.ts';

it('refuses a guess of previews whose numbers do not fit its scale', () => {
  const preview = { scale: 1, bias: [0, 0, 0], factors: [[1, 1, 1]] };
  expect(modelSettingsSchema.safeParse({ preview }).success).toBe(true);
  const issues = (changed: object) =>
    modelSettingsSchema.safeParse({ preview: { ...preview, ...changed } }).error?.issues.map(({ message }) => message);
  const message = '`bias` and each of `factors` are to have 3 × scale × scale numbers';
  expect(issues({ scale: 2 })).toEqual([message]);
  expect(issues({ factors: [[1, 1, 1], [1]] })).toEqual([message]);
});
