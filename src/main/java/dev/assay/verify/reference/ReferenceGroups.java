package dev.assay.verify.reference;

import java.util.List;
import java.util.stream.Collectors;

/** The registry of reference groups. */
final class ReferenceGroups {
    private static final List<ReferenceGroup> ALL = List.of( //
            new IoiGroup(), //
            new ErasureInModelGroup(), //
            new LeaceGroup(), //
            new SparseProbingGroup(), //
            new SaeBenchCoreGroup(), //
            new SaeBenchAbsorptionGroup(), //
            new SaeBenchAblationGroup(false, false), //
            new SaeBenchAblationGroup(false, true), //
            new SaeBenchAblationGroup(true, false), //
            new SaeBenchAblationGroup(true, true), //
            new ToyCorrelatedGroup(), //
            new ExplainSimulationGroup(), //
            new ExplainClassificationGroup(), //
            new ExplainHighlightingGroup(), //
            new ExplainIntruderGroup(), //
            new ExplainSurprisalGroup(), //
            new ExplainEmbeddingGroup(), //
            new ExplainWindowsGroup());

    private ReferenceGroups() {}

    /** Returns all groups. The first group that recognizes a folder compares it. */
    static List<ReferenceGroup> all() {
        return ALL;
    }

    /** Returns the names of all groups, for messages. */
    static String names() {
        return ALL.stream().map(ReferenceGroup::name).collect(Collectors.joining(", "));
    }
}
