package dev.assay.audit.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The result of an audit in all of its forms.
 *
 * @param json the content of {@code audit.json}
 * @param tables CSV by the name of the file, without its ending
 * @param page the content of {@code report.html}
 * @param text the most important tables for a terminal
 */
public record AuditResult(ObjectNode json, Map<String, String> tables, String page, String text) {
    /** Copies the map. */
    public AuditResult {
        tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
    }
}
