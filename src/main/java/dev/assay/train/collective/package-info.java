/**
 * Messages between the workers that train one dictionary. A {@link dev.assay.train.collective.Collective} is the transport;
 * {@link dev.assay.train.collective.InProcessCollectives} connects threads of one process and counts their messages.
 */
package dev.assay.train.collective;
