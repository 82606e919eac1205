package dev.assay.notebook;

import dev.assay.view.Displayable;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.RenderContext;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;

/** Shows results in notebooks of the JJava kernel, which finds this class as a service when Assay comes onto its class path. */
public final class JJavaExtension implements Extension {
    /** Makes the extension; the kernel does. */
    public JJavaExtension() {}

    @Override
    public void install(BaseKernel kernel) {
        kernel.getRenderer()
                .createRegistration(Displayable.class)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register(JJavaExtension::render);
    }

    /** HTML where it is wanted; the words always, as the kernel would write all fields of a record in their place. */
    private static void render(Displayable shown, RenderContext context) {
        context.renderIfRequested(MIMEType.TEXT_HTML, shown::toHtml);
        context.getOutputContainer().putText(shown.toText());
    }
}
