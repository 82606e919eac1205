package dev.assay.notebook;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;
import org.rapaio.jupyter.kernel.display.DisplaySystem;

/**
 * The renderers of the kernels JJava, rapaio and IJava, with Assay's classes installed as in a notebook. The random ids in the HTML of
 * pages and the pixels of pictures, which are painted anew for each kernel, are replaced by one word.
 */
final class Kernels {
    private static final List<String> TYPES = List.of("text/html", "text/plain");
    private static final Pattern CHANGING = Pattern.compile("assay-[0-9a-f]{8}-[0-9a-f-]{27}|base64,[\\w+/=]+");

    private final SilentKernel jjava = new SilentKernel();
    private final BaseKernelOfIJava ijava = new BaseKernelOfIJava();

    Kernels() {
        new JJavaExtension().install(jjava);
        IJavaDisplay.install(ijava);
    }

    /** Returns a kernel of JJava's base without extensions. */
    static BaseKernel ofJJava() {
        return new SilentKernel();
    }

    io.github.spencerpark.jupyter.kernel.BaseKernel ijava() {
        return ijava;
    }

    /** Returns how each kernel shows the value of a cell: by the name of the kernel, the content by MIME type. */
    Map<String, Map<String, Object>> render(Object value) {
        Map<String, Map<String, Object>> byKernel = new LinkedHashMap<>();
        Map<String, Object> ofRapaio = DisplaySystem.inst().render(value).data();
        byKernel.put("rapaio", content(ofRapaio::get));
        DisplayData ofJJava = jjava.getRenderer().render(value);
        byKernel.put("JJava", content(type -> ofJJava.getData(MIMEType.parse(type))));
        byKernel.put("IJava", ofIJava(ijava.getRenderer().render(value)));
        return byKernel;
    }

    /** Returns the content that IJava sends to Jupyter, by MIME type. */
    static Map<String, Object> ofIJava(io.github.spencerpark.jupyter.kernel.display.DisplayData data) {
        return content(type -> data.getData(io.github.spencerpark.jupyter.kernel.display.mime.MIMEType.parse(type)));
    }

    private static Map<String, Object> content(Function<String, Object> data) {
        Map<String, Object> content = new LinkedHashMap<>();
        for (String type : TYPES) {
            Object found = data.apply(type);
            if (found != null) {
                content.put(type, CHANGING.matcher(found.toString()).replaceAll("…"));
            }
        }
        return content;
    }

    /** A kernel of JJava's base that evaluates nothing. */
    private static final class SilentKernel extends BaseKernel {
        SilentKernel() {
            super(
                    "silent",
                    "1",
                    new LanguageInfo.Builder("java").build(),
                    List.of(),
                    null,
                    new JupyterIO(StandardCharsets.UTF_8),
                    new CommManager(),
                    new Renderer(),
                    null,
                    null,
                    true,
                    new StringStyler.Builder().build());
        }

        @Override
        public Object evalRaw(String code) {
            return null;
        }

        @Override
        public DisplayData inspect(String code, int at, boolean extraDetail) {
            return null;
        }

        @Override
        public ReplacementOptions complete(String code, int at) {
            return null;
        }

        @Override
        public String isComplete(String code) {
            return IS_COMPLETE_YES;
        }
    }

    /** A kernel of IJava's base that evaluates nothing. */
    private static final class BaseKernelOfIJava extends io.github.spencerpark.jupyter.kernel.BaseKernel {
        @Override
        public io.github.spencerpark.jupyter.kernel.display.DisplayData eval(String code) {
            return null;
        }

        @Override
        public io.github.spencerpark.jupyter.kernel.LanguageInfo getLanguageInfo() {
            return new io.github.spencerpark.jupyter.kernel.LanguageInfo.Builder("Java").build();
        }
    }
}
