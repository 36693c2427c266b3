#!/bin/sh
# Make the random secrets of an install, each in its own file; a file that exists is left alone.
#     deploy/make-secrets.sh [FOLDER]
# The TLS certificate and its key are yours to bring: tls_certificate (the whole chain), tls_private_key.
set -eu
folder=${1:-$(dirname "$0")/secrets}
umask 077
mkdir -p "$folder"
# Nobody but the owner enters the folder. The files themselves are readable, since each is mounted into
# containers that run as other users.
chmod 700 "$folder"
for name in admin_password postgres_password odoo_db_password gateway_db_password fynlo_secret_key metrics_token; do
    if [ -e "$folder/$name" ]; then
        echo "kept $name"
        continue
    fi
    head -c 32 /dev/urandom | base64 | tr -d '\n' > "$folder/$name.new"
    chmod 444 "$folder/$name.new"
    mv "$folder/$name.new" "$folder/$name"
    echo "made $name"
done
