package dev.assay.notebook;

import dev.assay.view.Displayable;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.display.RenderContext;
import io.github.spencerpark.jupyter.kernel.display.Renderer;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;

/**
 * Shows results in notebooks of the IJava kernel. IJava loads no services, so a notebook or the kernel's startup script calls this class
 * once:
 *
 * <pre>{@code
 * dev.assay.notebook.IJavaDisplay.install(getKernelInstance());
 * }</pre>
 */
public final class IJavaDisplay {
    private IJavaDisplay() {}

    /**
     * Registers all displayable results with the renderer of a kernel. Repeated calls have no further effect on what is shown.
     *
     * @param kernel the running kernel, which IJava returns from {@code getKernelInstance()}
     */
    public static void install(BaseKernel kernel) {
        install(kernel.getRenderer());
    }

    /** Registers all displayable results with a renderer. */
    static void install(Renderer renderer) {
        renderer.createRegistration(Displayable.class)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register(IJavaDisplay::render);
    }

    /** Renders HTML if requested, and always plain text. */
    private static void render(Displayable shown, RenderContext context) {
        context.renderIfRequested(MIMEType.TEXT_HTML, shown::toHtml);
        context.getOutputContainer().putText(shown.toText());
    }
}
