package dev.assay.experiment.erasure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** A kind of edit, such as LEACE. */
final class EditMethod {
    static final String LEACE = "leace";
    static final String MEAN_PROJECTION = "mean-projection";
    static final String DIRECTION = "direction";

    private final String key;
    private final String title;
    private final BiFunction<SeedState, Control, NamedEdit> edit;

    private EditMethod(String key, String title, BiFunction<SeedState, Control, NamedEdit> edit) {
        this.key = key;
        this.title = title;
        this.edit = edit;
    }

    static List<EditMethod> all(ErasureSettings settings) {
        List<EditMethod> methods = new ArrayList<>();
        for (int count : settings.features().stream().distinct().sorted().toList()) {
            methods.add(new EditMethod(
                    "features-" + count,
                    count == 1 ? "1 feature ablated" : count + " features ablated",
                    (state, control) -> state.ablationOfBest(control, count)));
        }
        methods.add(new EditMethod(DIRECTION, "direction of 1 feature", SeedState::direction));
        methods.add(new EditMethod(MEAN_PROJECTION, "mean projection", SeedState::meanProjection));
        methods.add(new EditMethod(LEACE, "LEACE", SeedState::leace));
        return List.copyOf(methods);
    }

    String key() {
        return key;
    }

    String title() {
        return title;
    }

    NamedEdit edit(SeedState state, Control control) {
        return edit.apply(state, control);
    }
}
