#!/bin/sh
# One backup of the database and of the attachments, in a folder named after its time (UTC).
#     backup.sh FOLDER            PostgreSQL and Odoo on this machine (PGHOST, PGUSER, ... name the database)
#     backup.sh FOLDER compose    the containers of docker-compose.yml
# DATABASE (fynlo), DATA_DIR (/var/lib/odoo) and KEEP_DAYS (30) may be set. A folder that ends in .part
# is what a failed run left: never restore from it.
set -eu
folder=$1
where=${2:-here}
database=${DATABASE:-fynlo}
data=${DATA_DIR:-/var/lib/odoo}
compose_file=$(dirname "$0")/../../docker-compose.yml

# in_container SERVICE COMMAND...: run it there, or here when there are no containers.
in_container() {
    service=$1
    shift
    if [ "$where" = compose ]; then
        docker compose --file "$compose_file" exec -T "$service" "$@"
    else
        "$@"
    fi
}

umask 077
backup=$folder/$(date -u +%Y-%m-%dT%H%M%SZ)
mkdir -p "$folder"
mkdir "$backup.part"

as_owner=
[ "$where" = compose ] && as_owner=--username=odoo
# The database first: each attachment that it names exists already and is in the archive that follows.
in_container postgres pg_dump $as_owner --format=custom "$database" > "$backup.part/database.dump"
in_container odoo tar --create --directory "$data/filestore" "$database" > "$backup.part/filestore.tar"
(cd "$backup.part" && sha256sum database.dump filestore.tar > SHA256SUMS)
sync
mv "$backup.part" "$backup"
echo "$backup"

find "$folder" -maxdepth 1 -type d -name '20*T*Z' -mtime "+${KEEP_DAYS:-30}" -exec rm -r {} +
