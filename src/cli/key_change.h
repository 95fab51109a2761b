/*
 * key_change.h: another master key, so that no crash leaves a database which no file opens.
 *
 * The new key is written beside the old one, as FILE.next, and is on disk before the database is
 * sealed anew in one transaction; after that FILE.next takes the place of FILE, whose content is
 * kept as FILE.before-SECONDS. In between both keys are there, and whoever starts alone settles it:
 * he looks which of them the database wants.
 *
 * FILE.next is locked by the process that works on it, so that another one that starts meanwhile
 * does not settle what is under way.
 */
#ifndef CLI_KEY_CHANGE_H
#define CLI_KEY_CHANGE_H

#include "cli/context.h"

struct key_change {
    const char *path, *next_path; /* FILE and FILE.next; in the command's arena */
    struct seal_key next;
    int fd;           /* of FILE.next, locked; -1: none is under way */
    const char *kept; /* after the change: where the former key is */
};

/* Makes the new key. ERR_CONFLICT when FILE.next is there: key_change_resume first. */
MUST_USE enum err key_change_begin(struct cli *c, struct key_change *out, struct error *e);
/* One that was begun and neither finished nor given up; out->fd -1: there is none. A FILE.next that
 * was not written whole is removed: nothing is sealed with it. ERR_CONFLICT while another process
 * works on it. */
MUST_USE enum err key_change_resume(struct cli *c, struct key_change *out, struct error *e);

/* The database is sealed with the new key. When this fails, FILE.next stays, and is tried again at
 * the next start. */
MUST_USE enum err key_change_finish(struct cli *c, struct key_change *k, struct error *e);
/* It is not. */
MUST_USE enum err key_change_give_up(struct cli *c, struct key_change *k, struct error *e);
/* Leaves it as it is, for the next start. */
void key_change_leave(struct key_change *k);

/* What a crash left: asks the database which key it wants, and finishes or gives up. c->key is then
 * the one that is in FILE. ERR_CORRUPT when neither opens what is sealed. */
MUST_USE enum err key_change_settle(struct cli *c, struct error *e);

#endif
