package dev.assay.notebook;

import dev.assay.view.Displayable;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.RenderContext;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;

/** Shows results in notebooks of the JJava kernel, which loads this class as a service. */
public final class JJavaExtension implements Extension {
    /** Called by the kernel. */
    public JJavaExtension() {}

    @Override
    public void install(BaseKernel kernel) {
        kernel.getRenderer()
                .createRegistration(Displayable.class)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register(JJavaExtension::render);
    }

    /** Renders HTML if requested, and always plain text: the kernel would otherwise print all fields of a record. */
    private static void render(Displayable shown, RenderContext context) {
        context.renderIfRequested(MIMEType.TEXT_HTML, shown::toHtml);
        context.getOutputContainer().putText(shown.toText());
    }
}
