// Generated from docs/openapi.json by `jlpm types`; do not edit.
export const RULES = {
  name: {
    maxLength: 160,
    words:
      '1 to 128 characters with at least one letter or digit, no line breaks or control characters'
  },
  id: {
    pattern: '^[a-z](?:[a-z0-9-]{1,51}[a-z0-9])$',
    words:
      "3 to 53 characters: lower-case letters, digits and '-'; starts with a letter, ends with a letter or digit"
  },
  group: { maxLength: 128 },
  model: {},
  replicas: { minimum: 1, maximum: 100 },
  instance_type: { maxLength: 63 },
  pull_secret: { maxLength: 63 },
  env: {
    most: 128,
    key: {
      pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
      words: "letters, digits and '_', not starting with a digit"
    },
    value: { maxLength: 32768 }
  },
  access: {},
  metadata: {
    most: 64,
    key: {
      pattern: '^[A-Za-z0-9](?:[A-Za-z0-9 ._/-]{0,61}[A-Za-z0-9])?$',
      words:
        "1 to 63 characters: letters, digits, spaces and '.', '_', '-', '/'; starts and ends with a letter or digit"
    },
    value: { maxLength: 1024 }
  },
  description: { maxLength: 4096 },
  update_message: { maxLength: 1024 }
} as const;
export const CLIENT_RULES = {
  name: {
    pattern: '^[a-z_][a-z0-9_-]{0,62}$',
    words:
      "1 to 63 characters: lower-case letters, digits, '_' and '-'; starts with a lower-case letter or '_', as in 'ada'"
  },
  expires_at: {}
} as const;
