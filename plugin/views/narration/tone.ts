/** What a piece of text means to the reader. Each view decides how that looks, and may ignore it. */
export type Tone = 'normal' | 'strong' | 'faint' | 'good' | 'busy' | 'warn' | 'bad' | 'chosen';
