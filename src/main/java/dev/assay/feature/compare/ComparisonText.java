package dev.assay.feature.compare;

import dev.assay.feature.store.Example;
import dev.assay.provenance.ParentArtifact;
import dev.assay.view.TextColumns;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A comparison of two dictionaries in plain text. */
final class ComparisonText {
    private static final int BEFORE = 40;
    private static final int AFTER = 24;

    private ComparisonText() {}

    static String of(FeatureComparison comparison) {
        StringBuilder text = new StringBuilder();
        side(text, "a", comparison.a());
        side(text, "b", comparison.b());
        text.append(String.format(
                Locale.ROOT,
                "\n%,d pairs match by %s from %.2f (by chance %,d); %,d of a are gone, %,d of b are new\n",
                comparison.matched().size(),
                measure(comparison),
                comparison.bound(),
                comparison.matchedByChance(),
                comparison.gone().size(),
                comparison.added().size()));
        text.append("\nmatched, the most similar first\n");
        for (FeatureComparison.Match match : comparison.matched()) {
            FeatureComparison.Glimpse ofA = comparison.glimpsesOfA().get(match.latentOfA());
            FeatureComparison.Glimpse ofB = comparison.glimpsesOfB().get(match.latentOfB());
            if (ofA != null && ofB != null) {
                text.append(String.format(Locale.ROOT, "  %.3f\n", match.value()));
                glimpse(text, "a", ofA);
                glimpse(text, "b", ofB);
            }
        }
        unmatched(text, "gone: only in a", "a", comparison.gone(), comparison.glimpsesOfA());
        unmatched(text, "new: only in b", "b", comparison.added(), comparison.glimpsesOfB());
        return text.toString();
    }

    static String measure(FeatureComparison comparison) {
        return comparison.measure().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static void side(StringBuilder text, String name, FeatureComparison.Side side) {
        text.append(String.format(
                Locale.ROOT,
                "%s: %s at %s, %,d dead on %,d tokens; mean best %.4f (by chance %.4f)\n",
                name,
                side.provenance().parent(ParentArtifact.DICTIONARY).description(),
                side.provenance().site(),
                side.dead(),
                side.provenance().text().tokens(),
                side.meanBest(),
                side.meanBestByChance()));
    }

    private static void unmatched(
            StringBuilder text,
            String title,
            String name,
            List<FeatureComparison.Unmatched> all,
            Map<Integer, FeatureComparison.Glimpse> glimpses) {
        text.append('\n').append(title).append('\n');
        for (FeatureComparison.Unmatched one : all) {
            if (glimpses.containsKey(one.latent())) {
                glimpse(text, name, glimpses.get(one.latent()));
                text.append(String.format(Locale.ROOT, "%14snearest %s\n", "", nearest(one)));
            }
        }
    }

    static String nearest(FeatureComparison.Unmatched one) {
        return one.nearest() == BestMatches.NONE
                ? "none"
                : String.format(Locale.ROOT, "%d (%.3f)", one.nearest(), one.value());
    }

    private static void glimpse(StringBuilder text, String name, FeatureComparison.Glimpse glimpse) {
        text.append(String.format(
                Locale.ROOT,
                "  %s %8d  %9s  %s\n",
                name,
                glimpse.summary().latent(),
                TextColumns.percent(glimpse.summary().density()),
                TextColumns.bracketed(glimpse.summary().peakTokens())));
        for (Example example : glimpse.examples()) {
            text.append(String.format(Locale.ROOT, "%14s", ""))
                    .append(TextColumns.inContext(example.tokens(), example.peak(), BEFORE, AFTER))
                    .append('\n');
        }
    }
}
