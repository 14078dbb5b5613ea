// Shares of variance, from the draws of the page.

const BINS = 128; // at most, each with 16 draws or more

/** The places of draws in the order of a row's normal scores, which no change of its distribution affects. */
function orderOf(row) {
  row.z ??= row.net ? netScores(row.net) : fromCodes(row.scores);
  return (row.order ??= Uint32Array.from(row.z.keys()).sort((i, j) => row.z[i] - row.z[j]));
}

/** First-order Sobol' indices of a quantity: the share of its variance that the means in bins of each input explain, the
 * largest first. Of its logarithm where all draws are positive; null where a draw is not finite. */
function firstOrder(study, name, at) {
  const draws = study.draws(name, at), n = draws.length;
  const log = study.data.quantities[name].log && draws.every((x) => x > 0);
  const y = log ? draws.map(Math.log) : draws;
  const bins = Math.min(BINS, n >> 4);
  if (bins < 8 || !y.every(Number.isFinite)) return null;
  const mean = y.reduce(plus, 0) / n;
  const total = y.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const share = ([input, k]) => {
    const order = orderOf(study.data.inputs[input].rows[k]);
    let between = 0;
    for (let bin = 0; bin < bins; bin++) {
      const own = order.subarray(Math.floor((bin * n) / bins), Math.floor(((bin + 1) * n) / bins));
      const sum = own.reduce((sum, i) => sum + y[i] - mean, 0);
      between += (sum * sum) / own.length;
    }
    const noise = (total - between) / (n - bins); // the variance of a mean in a bin adds to that between the bins
    return { input, k, share: Math.max(0, (between - (bins - 1) * noise) / total) };
  };
  const shares = study.inputsBehind(name, at).map(share).sort((one, other) => other.share - one.share);
  return { log, shares };
}
