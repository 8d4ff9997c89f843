// Speaks a call from recorded words: "Mời số A 0 1 2 đến quầy số 1". The clips are files of this
// site, so that it works without a network and without voices of the machine.
export function voice(folder) {
  let context = null;
  let until = 0;
  const clips = new Map();

  const clip = (name) => {
    if (!clips.has(name))
      clips.set(name, fetch(`${folder}voice-${name}.ogg`)
        .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(answer.status)))
        .then((bytes) => context.decodeAudioData(bytes)));
    return clips.get(name);
  };

  return {
    async turn(on) {
      if (!on) {
        await context?.close();
        context = null;
        clips.clear();
        return;
      }
      context = new AudioContext();
      until = 0;
      await context.resume();
    },
    // One call after the other, however fast they come.
    async call(label, counter) {
      if (!context) return;
      const at = context;
      const words = ["moi-so", ...label.toLowerCase(), "den-quay-so", ...String(counter)];
      try {
        const sounds = await Promise.all(words.map(clip));
        if (at !== context) return;
        until = Math.max(until, context.currentTime + 0.1);
        for (const sound of sounds) {
          const source = context.createBufferSource();
          source.buffer = sound;
          source.connect(context.destination);
          source.start(until);
          until += sound.duration;
        }
        until += 0.6;
        document.documentElement.dataset.spoken = words.join(" ");
      } catch {
        // Without the clips the board is silent; what it shows is what counts.
      }
    },
  };
}
