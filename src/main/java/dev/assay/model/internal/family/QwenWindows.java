package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.spi.ConfigFile;
import java.util.List;
import java.util.stream.IntStream;

/** The optional attention windows of Qwen2 and Qwen3: in all blocks from a first one, or in those of a list. */
final class QwenWindows {
    private static final String ON = "use_sliding_window";
    private static final String FIRST = "max_window_layers";
    private static final int DEFAULT_FIRST = 28;

    private QwenWindows() {}

    static List<Integer> read(ConfigFile file) {
        int layers = LlamaFiles.layers(file);
        int window = file.json().bool(ON, false) ? LlamaFiles.window(file) : 0;
        int first = file.json().integer(FIRST, DEFAULT_FIRST);
        List<Boolean> stated = file.windowedBlocks(layers);
        List<Boolean> later = IntStream.range(0, layers)
                .mapToObj(block -> window > 0 && block >= first)
                .toList();
        return LlamaFiles.windows(file, stated.isEmpty() ? later : stated, window);
    }

    static void write(TransformerConfig config, ObjectNode json) {
        List<Integer> windows = config.attention().windows();
        json.put(ON, LlamaFiles.windowOf(config) != null);
        LlamaFiles.writeWindow(config, json);
        json.put(FIRST, (int) windows.stream().takeWhile(window -> window == 0).count());
        LlamaFiles.writeLayerTypes(config, json);
    }
}
