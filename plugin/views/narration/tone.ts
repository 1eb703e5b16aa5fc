/** The meaning of a piece of text. Each view decides how to show it, or ignores it. */
export type Tone = 'normal' | 'strong' | 'faint' | 'good' | 'busy' | 'warn' | 'bad' | 'chosen';
