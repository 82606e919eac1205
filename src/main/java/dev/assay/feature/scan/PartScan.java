package dev.assay.feature.scan;

import dev.assay.feature.store.FeaturePart;
import java.util.Arrays;

/** Adds the contexts of a part to a scan. */
final class PartScan {
    private final FeatureScan scan;
    private final ScanOptions options;
    private final int[] rowOf; // [latents], −1 for latents that are not scanned
    private final int[] peaks; // [latents], the strongest activation in the context, −1 if there is none
    private final int[] touched; // latents with a peak

    PartScan(FeatureScan scan, int latents) {
        this.scan = scan;
        this.options = scan.options();
        rowOf = new int[latents];
        Arrays.fill(rowOf, -1);
        int[] scanned = scan.latents();
        for (int row = 0; row < scanned.length; row++) {
            rowOf[scanned[row]] = row;
        }
        peaks = new int[latents];
        Arrays.fill(peaks, -1);
        touched = new int[latents];
    }

    void add(FeaturePart.Context context) {
        int found = 0;
        for (int token = 0; token < context.ids().length; token++) {
            int end = context.starts()[token + 1];
            scan.count(context.counted()[token]);
            for (int i = context.starts()[token]; i < end; i++) {
                int latent = context.latents()[i];
                scan.activate(latent);
                int row = rowOf[latent];
                if (row >= 0) {
                    scan.add(row, context.values()[i]);
                    if (peaks[latent] < 0) {
                        touched[found++] = latent;
                        peaks[latent] = i;
                    } else if (context.values()[i] > context.values()[peaks[latent]]) {
                        peaks[latent] = i;
                    }
                    if (options.coactivation()) {
                        scan.together(row, context.latents(), context.starts()[token], end);
                    }
                }
            }
        }
        for (int i = 0; i < found; i++) {
            offer(context, touched[i], peaks[touched[i]]);
            peaks[touched[i]] = -1;
        }
    }

    private void offer(FeaturePart.Context context, int latent, int peak) {
        int found = Arrays.binarySearch(context.starts(), peak);
        int token = found >= 0 ? found : -found - 2;
        while (context.starts()[token + 1] == peak) { // the last of the tokens that start at the same activation has it
            token++;
        }
        int at = token;
        long position = context.number() * context.ids().length + at;
        scan.examples(rowOf[latent])
                .offer(
                        context.values()[peak],
                        context.documents()[at],
                        position,
                        () -> example(context, latent, peak, at, position));
    }

    private ScanExample example(FeaturePart.Context context, int latent, int peak, int at, long position) {
        int from = Math.max(0, at - options.before());
        int to = (int) Math.min(context.ids().length, at + 1L + options.after());
        float[] values = new float[to - from];
        for (int token = from; token < to; token++) {
            int place = Arrays.binarySearch(
                    context.latents(), context.starts()[token], context.starts()[token + 1], latent);
            values[token - from] = place >= 0 ? context.values()[place] : 0;
        }
        return new ScanExample(
                context.values()[peak],
                context.documents()[at],
                position,
                at - from,
                Arrays.copyOfRange(context.ids(), from, to),
                values);
    }
}
