# Sourced by the image's entrypoint at the first start of an empty data folder: accounts and their rights.
sh /etc/mysql/clinic/accounts.sh | docker_process_sql --database=mysql
docker_process_sql --database=mysql </etc/mysql/clinic/rights.sql
